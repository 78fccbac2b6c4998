import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from '../bench.ts'
import type { MetricName } from '../metrics.ts'
import type { Peer } from '../processes/start-peer.ts'
import { promptFor } from '../upstream/pace.ts'
import { inGroup } from './in-group.ts'
import { readAnswers } from './read-answers.ts'

interface Held {
  readonly metric: MetricName
  readonly streams: number
  /** Tokens per second of each; 0: all tokens at once, then none. */
  readonly tps: number
  readonly tokens: number
}

/** One delta every few seconds. */
const IDLE: Held = { metric: 'idleHeap', streams: 500, tps: 0.5, tokens: 1000 }
const ANSWERS: readonly Held[] = [
  { metric: 'heap1k', streams: 8, tps: 0, tokens: 1000 },
  { metric: 'heap16k', streams: 8, tps: 0, tokens: 16_000 },
  { metric: 'heap64k', streams: 8, tps: 0, tokens: 64_000 },
]
const QUICK: Held = { ...IDLE, streams: 50 }
const SETTLE_MS = 1000

/**
 * Memory per open stream: an idle one, and ones with long answers. Each is measured in a new server, because buffers of
 * the measurement before would be freed at any time.
 */
export function memoryMeasures(
  quick: boolean,
): ((bench: Bench, peer: Peer, round: number) => Promise<void>)[] {
  const weighed = quick ? [QUICK] : [IDLE, ...ANSWERS]
  return weighed.map((held) => (bench, peer, round) => weigh(bench, peer, { held, round }))
}

async function weigh(
  bench: Bench,
  peer: Peer,
  { held, round }: { held: Held; round: number },
): Promise<void> {
  const { load, options } = bench
  const { metric, streams, tps, tokens } = held
  await readAnswers(bench, peer, { tokens: 4000, ms: options.quick ? 200 : 1000 })
  await sleep(SETTLE_MS)
  const before = await peer.probe.memory()
  const after = await inGroup(bench, peer, {
    what: 'memory',
    async measure(group) {
      const prompt = promptFor({ tps, tokens, hold: true, group })
      const target = { peer: peer.name, url: peer.url, prompt }
      if (!(await load.open({ group, target, count: streams }))) throw new Error('not all streams started')
      const deltas = tps === 0 ? (streams * tokens) / options.tokensPerDelta : streams
      if (!(await load.received({ group, deltas }))) throw new Error(`fewer than ${deltas} deltas arrived`)
      await sleep(SETTLE_MS)
      return peer.probe.memory()
    },
  })
  // Noise can make a small difference negative.
  const value = Math.max(0, after.heap - before.heap) / 1024 / streams
  bench.record({ metric, peer: peer.name, round, value })
  const what = tps === 0 ? `${tokens / 1000}K-token answer` : 'idle stream'
  bench.progress(`memory      ${peer.name.padEnd(14)} ${value.toFixed(1)} KB per ${what}`)
}
