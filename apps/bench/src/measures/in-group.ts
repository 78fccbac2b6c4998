import type { Bench } from '../bench.ts'
import type { Peer } from '../processes/start-peer.ts'
import { untilClosed } from './until-closed.ts'

/**
 * Runs a measurement with a group of visits. Stops the visits afterwards, and waits until the upstream has closed all
 * of their answers, so that no server works on them during the next measurement.
 */
export async function inGroup<Result>(
  bench: Bench,
  peer: Peer,
  { what, measure }: { what: string; measure: (group: string) => Promise<Result> },
): Promise<Result> {
  const { load, newGroup } = bench
  const group = newGroup(peer.name, what)
  try {
    return await measure(group)
  } finally {
    try {
      await load.act({ group, act: 'stop' })
      await untilClosed(bench, group)
    } finally {
      await load.leave(group)
    }
  }
}
