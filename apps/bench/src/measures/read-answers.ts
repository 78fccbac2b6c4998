import type { Bench } from '../bench.ts'
import type { Peer } from '../processes/start-peer.ts'
import { promptFor } from '../upstream/pace.ts'

/** Enough to keep a server busy although each answer waits, as sluice's do for frames and acks. */
const LANES = 8
/** Of all lanes together, so that the longest answers do not take too long. */
const MAX_TOKENS = 256_000

/** Processor time per token of whole answers without a pace. */
export async function readAnswers(
  { load, newGroup, options }: Bench,
  peer: Peer,
  { tokens, ms }: { tokens: number; ms: number },
): Promise<{ cpuUsPerToken: number }> {
  const prompt = promptFor({ tps: 0, tokens, hold: false, group: newGroup(peer.name, 'answers') })
  const lanes = Math.min(LANES, Math.max(1, Math.floor(MAX_TOKENS / tokens)))
  const target = { peer: peer.name, url: peer.url, prompt }
  const before = await peer.probe.cpuUs()
  const read = await load.readAnswers({ target, lanes, ms, deltas: tokens / options.tokensPerDelta })
  const after = await peer.probe.cpuUs()
  return { cpuUsPerToken: (after - before) / (read.deltas * options.tokensPerDelta) }
}
