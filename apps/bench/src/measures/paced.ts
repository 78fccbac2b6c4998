import type { Bench } from '../bench.ts'
import type { Peer } from '../processes/start-peer.ts'
import { promptFor } from '../upstream/pace.ts'

/** More than any measurement reads. */
const ENDLESS_TOKENS = 1_000_000

export interface Paced {
  readonly streams: number
  readonly tps: number
  readonly settleMs: number
  readonly listenMs: number
}

export interface PacedResult {
  readonly tokens: number
  /** As a share of the tokens that were due. */
  readonly delivered: number
  readonly cpuUsPerToken: number
  /** Share of one core. */
  readonly cpuLoad: number
  readonly bytesPerToken: number
  readonly p50: number
  readonly p99: number
  /** How late the upstream and the load generator were, p99 in ms. */
  readonly instrumentMs: number
}

/**
 * Adds streams to a group, waits until they have settled, and measures all of the group. Undefined when some of them
 * did not start.
 */
export async function listenPaced(
  { load, upstream, options }: Bench,
  peer: Peer,
  { group, add, paced }: { group: string; add: number; paced: Paced },
): Promise<PacedResult | undefined> {
  const { streams, tps, settleMs, listenMs } = paced
  const prompt = promptFor({ tps, tokens: ENDLESS_TOKENS, hold: false, group })
  const target = { peer: peer.name, url: peer.url, prompt }
  if (!(await load.open({ group, target, count: add }))) return undefined
  await new Promise((resolve) => setTimeout(resolve, settleMs))
  const [before] = await Promise.all([peer.probe.cpuUs(), upstream.lateness()])
  const heard = await load.listen({ group, ms: listenMs })
  const [after, lateMs] = await Promise.all([peer.probe.cpuUs(), upstream.lateness()])
  const tokens = heard.deltas * options.tokensPerDelta
  return {
    tokens,
    delivered: tokens / ((streams * tps * heard.ms) / 1000),
    cpuUsPerToken: (after - before) / tokens,
    cpuLoad: (after - before) / 1000 / heard.ms,
    bytesPerToken: heard.bytesIn / tokens,
    p50: heard.p50,
    p99: heard.p99,
    instrumentMs: Math.max(lateMs, heard.ownDelayMs),
  }
}
