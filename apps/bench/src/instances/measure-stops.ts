import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from '../bench.ts'
import { untilClosed } from '../measures/until-closed.ts'
import { promptFor } from '../upstream/pace.ts'
import type { Path } from './start-servers.ts'

/** From the reader's call to the close of the upstream's socket. */
export interface Stop {
  readonly ms: number
  /** Sent by the upstream meanwhile. */
  readonly tokens: number
}

const TPS = 50
/** An answer is stopped at any time between two frames. */
const FRAME_MS = 100

/** Stops one answer after another on the server that does not write it. */
export async function measureStops(bench: Bench, { writer, reader }: Path, count: number): Promise<Stop[]> {
  const { load, upstream, newGroup } = bench
  const stops: Stop[] = []
  while (stops.length < count) {
    const group = newGroup('sluice', 'stop')
    const prompt = promptFor({ tps: TPS, tokens: 10_000, hold: false, group })
    await load.open({
      group,
      target: { peer: 'sluice', url: writer.url, readUrl: reader.url, prompt },
      count: 1,
    })
    await sleep(Math.random() * FRAME_MS)
    const [before] = await upstream.records(group)
    const at = await load.act({ group, act: 'stop' })
    const [record] = await untilClosed(bench, group)
    await load.leave(group)
    if (before === undefined || record?.closedAt === undefined) throw new Error('an answer did not stop')
    stops.push({ ms: record.closedAt - at, tokens: record.tokens - before.tokens })
  }
  return stops
}
