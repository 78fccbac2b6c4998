import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from '../bench.ts'
import type { Peer } from '../processes/start-peer.ts'
import { median } from '../report/statistics.ts'
import { promptFor } from '../upstream/pace.ts'
import { inGroup } from './in-group.ts'
import { OBSERVE_MS, untilClosed } from './until-closed.ts'

const STREAMS = 10
const TPS = 80
const READ_MS = 1000

/** Readers that leave in the middle of an answer: with a closed tab, and with Stop. */
export async function measureDisconnect(bench: Bench, peer: Peer, round: number): Promise<void> {
  const gone = await leave(bench, peer, 'close')
  bench.record({ metric: 'disconnectMs', peer: peer.name, round, value: gone.ms, atLeast: gone.open })
  bench.record({ metric: 'disconnectTokens', peer: peer.name, round, value: gone.tokens, atLeast: gone.open })
  // The other peers stop when the connection closes, which has just been measured.
  const stopped = peer.name === 'sluice' ? await leave(bench, peer, 'stop') : gone
  bench.record({ metric: 'stopMs', peer: peer.name, round, value: stopped.ms, atLeast: stopped.open })
  const lines = [
    `closed after ${gone.ms.toFixed(1)} ms`,
    `${gone.tokens} tokens`,
    `stop ${stopped.ms.toFixed(1)} ms`,
  ]
  bench.progress(`disconnect  ${peer.name.padEnd(14)} ${lines.join(' · ')}`)
}

async function leave(bench: Bench, peer: Peer, act: 'close' | 'stop') {
  const { load, upstream } = bench
  return inGroup(bench, peer, {
    what: act,
    async measure(group) {
      const prompt = promptFor({ tps: TPS, tokens: 1_000_000, hold: false, group })
      await load.open({ group, target: { peer: peer.name, url: peer.url, prompt }, count: STREAMS })
      await sleep(READ_MS)
      const [before, at] = await Promise.all([upstream.records(group), load.act({ group, act })])
      const records = await untilClosed(bench, group)
      const tokens = records.map((record, index) => record.tokens - (before[index]?.tokens ?? 0))
      return {
        ms: median(records.map(({ closedAt }) => (closedAt ?? at + OBSERVE_MS) - at)),
        tokens: median(tokens),
        open: records.some(({ closedAt }) => closedAt === undefined),
      }
    },
  })
}
