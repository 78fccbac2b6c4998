import type { Bench } from '../bench.ts'
import type { MetricName } from '../metrics.ts'
import type { Peer } from '../processes/start-peer.ts'
import { inGroup } from './in-group.ts'
import { listenPaced, type PacedResult } from './paced.ts'
import { readAnswers } from './read-answers.ts'

const LEVELS = [10, 100, 200, 300, 450, 600, 800, 1000, 1250, 1500, 2000]
const QUICK_LEVELS = [10, 100, 300, 600, 1000]
const TPS = 50
const MAX_P99_MS = 150
/** Share of the tokens that must arrive: late tokens alone would not show a stream that falls behind. */
const MIN_DELIVERED = 0.95
/** Share of a core from which the server's processor is the limit; below it, something else was. */
const BUSY = 0.85
const ATTEMPTS = 2

const SHOWN: Readonly<Record<number, { cpu: MetricName; rss: MetricName }>> = {
  10: { cpu: 'cpu10', rss: 'rss10' },
  100: { cpu: 'cpu100', rss: 'rss100' },
  1000: { cpu: 'cpu1000', rss: 'rss1000' },
}

/** Adds streams to a server until it cannot keep up. */
export async function measureStreams(bench: Bench, peer: Peer, round: number): Promise<void> {
  const { quick } = bench.options
  await readAnswers(bench, peer, { tokens: 4000, ms: quick ? 200 : 1000 })
  await inGroup(bench, peer, {
    what: 'streams',
    async measure(group) {
      let held: { streams: number; result: PacedResult } | undefined
      let limit: PacedResult | undefined
      let open = 0
      let started = true
      for (const streams of quick ? QUICK_LEVELS : LEVELS) {
        const paced = { streams, tps: TPS, settleMs: quick ? 400 : 800, listenMs: quick ? 700 : 1500 }
        let result: PacedResult | undefined
        for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
          result = await listenPaced(bench, peer, { group, add: streams - open, paced })
          open = streams
          bench.progress(`streams     ${peer.name.padEnd(14)} ${lineOf(streams, result)}`)
          // If its processor was not busy, something else may have disturbed it: try again.
          if (result === undefined || isHeld(result) || result.cpuLoad >= BUSY) break
        }
        started = result !== undefined
        if (result === undefined || !isHeld(result)) {
          limit = result
          break
        }
        await recordShown(bench, peer, { streams, result, round })
        held = { streams, result }
      }
      if (held === undefined) return
      const { streams, result } = held
      const busy = !started || Math.max(result.cpuLoad, limit?.cpuLoad ?? 0) >= BUSY
      bench.record({ metric: 'capacity', peer: peer.name, round, value: streams, atLeast: !busy })
      bench.record({ metric: 'capacityLoad', peer: peer.name, round, value: result.cpuLoad * 100 })
      bench.record({ metric: 'perCore', peer: peer.name, round, value: 1e6 / (result.cpuUsPerToken * TPS) })
      if (!busy) {
        const why =
          limit === undefined
            ? 'the last level that is tried'
            : `its processor load was ${Math.round(limit.cpuLoad * 100)} % when p99 was ${limit.p99} ms, and the instrument itself ${Math.round(limit.instrumentMs)} ms late`
        bench.notes.add(`${peer.name} may hold more than ${streams} streams: ${why}.`)
      }
    },
  })
}

async function recordShown(
  bench: Bench,
  peer: Peer,
  { streams, result, round }: { streams: number; result: PacedResult; round: number },
): Promise<void> {
  const shown = SHOWN[streams]
  if (shown === undefined) return
  const { rss } = await peer.probe.memory()
  bench.record({ metric: shown.cpu, peer: peer.name, round, value: result.cpuUsPerToken })
  bench.record({ metric: shown.rss, peer: peer.name, round, value: rss / 2 ** 20 })
}

function isHeld({ p99, delivered }: PacedResult): boolean {
  return p99 < MAX_P99_MS && delivered >= MIN_DELIVERED
}

function lineOf(streams: number, result: PacedResult | undefined): string {
  if (result === undefined) return `${streams}: not all started`
  const { cpuUsPerToken, cpuLoad, p99, instrumentMs } = result
  const verdict = isHeld(result) ? '' : ': too many'
  return `${streams}: ${cpuUsPerToken.toFixed(1)} µs per token, ${Math.round(cpuLoad * 100)} % of a core, p99 ${p99} ms (instrument ${instrumentMs.toFixed(0)} ms late)${verdict}`
}
