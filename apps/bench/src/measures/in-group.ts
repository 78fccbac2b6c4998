import type { Bench } from '../bench.ts'
import type { Peer } from '../processes/start-peer.ts'
import { untilClosed } from './until-closed.ts'

/**
 * Gives a measurement a group of visits of its own, and sends them home afterwards: with Stop, and waiting until
 * upstream has seen the last of them, so that no server still works for them while the next thing is measured.
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
