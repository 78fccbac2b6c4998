import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from '../bench.ts'
import type { Peer } from '../processes/start-peer.ts'
import { promptFor } from '../upstream/pace.ts'
import { inGroup } from './in-group.ts'

const TPS = 80
const TOKENS = 64_000
const READ_MS = 1000
/** A lease of 75 s, a grace of 5 s, and a margin. */
const OBSERVE_MS = 86_000
const QUICK_OBSERVE_MS = 5000

/**
 * A client that vanishes without closing its connection: it reads and sends nothing. This machine's kernel still
 * acknowledges what arrives, because loopback cannot lose packets without privileges. To a server that makes a
 * difference only when TCP gives up, after about 15 minutes.
 */
export async function measureVanished(bench: Bench, peer: Peer, round: number): Promise<void> {
  const { load, upstream, options } = bench
  const observeMs = options.quick ? QUICK_OBSERVE_MS : OBSERVE_MS
  await inGroup(bench, peer, {
    what: 'vanished',
    async measure(group) {
      const prompt = promptFor({ tps: TPS, tokens: TOKENS, hold: false, group })
      await load.open({ group, target: { peer: peer.name, url: peer.url, prompt }, count: 1 })
      await sleep(READ_MS)
      const readBefore = await peer.probe.bytesRead()
      const [before] = await upstream.records(group)
      const at = await load.act({ group, act: 'freeze' })
      await sleep(observeMs)
      const [record] = await upstream.records(group)
      const readAfter = await peer.probe.bytesRead()
      if (record === undefined || before === undefined) throw new Error('the upstream received no request')
      const atLeast = record.closedAt === undefined
      const seconds = ((record.closedAt ?? at + observeMs) - at) / 1000
      bench.record({ metric: 'vanishedTokens', peer: peer.name, round, value: record.tokens, atLeast })
      bench.record({ metric: 'vanishedSeconds', peer: peer.name, round, value: seconds, atLeast })
      if (readAfter !== undefined && readBefore !== undefined) {
        // Bytes to tokens, by the upstream's own counts of both.
        const bytesPerToken = record.bytes / record.tokens
        const read = Math.min(record.tokens, before.tokens + (readAfter - readBefore) / bytesPerToken)
        bench.record({ metric: 'vanishedRead', peer: peer.name, round, value: read, atLeast })
      }
      const state = atLeast ? 'still open' : 'closed'
      bench.progress(
        `vanished    ${peer.name.padEnd(14)} ${state} after ${seconds.toFixed(1)} s · ${record.tokens} tokens sent`,
      )
    },
  })
}
