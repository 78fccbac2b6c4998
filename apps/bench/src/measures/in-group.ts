import type { Bench } from '../bench.ts'
import type { Peer } from '../processes/start-peer.ts'

/** Gives a measurement a group of visits of its own, and sends them home afterwards. */
export async function inGroup<Result>(
  { load, newGroup }: Bench,
  peer: Peer,
  { what, measure }: { what: string; measure: (group: string) => Promise<Result> },
): Promise<Result> {
  const group = newGroup(peer.name, what)
  try {
    return await measure(group)
  } finally {
    await load.leave(group)
  }
}
