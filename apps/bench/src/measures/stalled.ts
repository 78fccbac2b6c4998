import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from '../bench.ts'
import type { Peer } from '../processes/start-peer.ts'
import { promptFor } from '../upstream/pace.ts'
import { inGroup } from './in-group.ts'
import { readAnswers } from './read-answers.ts'

const STREAMS = 10
const TOKENS = 64_000
const OBSERVE_MS = 5000
const QUICK_OBSERVE_MS = 2000

/** Clients that stop reading after the first words of a long answer without a pace. */
export async function measureStalled(bench: Bench, peer: Peer, round: number): Promise<void> {
  const { load, upstream, options } = bench
  await readAnswers(bench, peer, { tokens: 4000, ms: options.quick ? 200 : 1000 })
  const before = { memory: await peer.probe.memory(), read: await peer.probe.bytesRead() }
  await inGroup(bench, peer, {
    what: 'stalled',
    async measure(group) {
      const prompt = promptFor({ tps: 0, tokens: TOKENS, hold: true, group })
      const target = { peer: peer.name, url: peer.url, prompt }
      await load.openAndFreeze({ group, target, count: STREAMS })
      await sleep(options.quick ? QUICK_OBSERVE_MS : OBSERVE_MS)
      const read = await peer.probe.bytesRead()
      const memory = await peer.probe.memory()
      const records = await upstream.records(group)
      const sent = records.reduce((sum, { bytes }) => sum + bytes, 0) / 1024 / STREAMS
      const kept = (memory.heap - before.memory.heap) / 1024 / STREAMS
      bench.record({ metric: 'stalledSent', peer: peer.name, round, value: sent })
      bench.record({ metric: 'stalledHeap', peer: peer.name, round, value: kept })
      const lines = [`upstream sent ${sent.toFixed(0)} KB`, `heap ${kept.toFixed(0)} KB`]
      if (read !== undefined && before.read !== undefined) {
        const taken = (read - before.read) / 1024 / STREAMS
        bench.record({ metric: 'stalledRead', peer: peer.name, round, value: taken })
        lines.push(`read ${taken.toFixed(0)} KB`)
      }
      bench.progress(`stalled     ${peer.name.padEnd(14)} ${lines.join(' · ')}`)
    },
  })
}
