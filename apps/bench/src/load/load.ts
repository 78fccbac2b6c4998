import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { answerCalls } from '../processes/rpc.ts'
import { monotonicMs } from '../stamp.ts'
import { Crowd, type CrowdTarget } from './crowd.ts'
import { Histogram } from '../histogram.ts'

// The load generator: a process of its own, which its parent calls.

const crowds = new Map<string, Crowd>()
/** ms between two visits, so that many do not open at once. */
const SPACING_MS = 2
/** ms. A visit without its first token by then counts as not served. */
const PATIENCE_MS = 8000
const RECEIVE_MS = 30_000

function crowdOf(group: string): Crowd {
  const crowd = crowds.get(group)
  if (crowd === undefined) throw new Error(`there are no visits in the group ${group}`)
  return crowd
}

const operations = {
  /** Opens visits in a group, which may have some already. Resolves to whether all receive a first token in time. */
  async open({ group, target, count }: { group: string; target: CrowdTarget; count: number }) {
    const crowd = crowds.get(group) ?? new Crowd()
    crowds.set(group, crowd)
    for (let opened = 0; opened < count; opened += 1) {
      crowd.open(target)
      await sleep(SPACING_MS)
    }
    return crowd.allBegun(PATIENCE_MS)
  },
  /** Opens visits that stop reading after their first token. */
  async openAndFreeze({ group, target, count }: { group: string; target: CrowdTarget; count: number }) {
    const crowd = new Crowd()
    crowds.set(group, crowd)
    for (let opened = 0; opened < count; opened += 1) crowd.open(target, { freezeAtOnce: true })
    return crowd.allBegun(PATIENCE_MS)
  },
  /** Counts what a group receives for a while, and how late this process was itself. */
  async listen({ group, ms }: { group: string; ms: number }) {
    const crowd = crowdOf(group)
    const loop = monitorEventLoopDelay({ resolution: 2 })
    crowd.tally.reset()
    loop.enable()
    const startedAt = performance.now()
    await sleep(ms)
    loop.disable()
    crowd.check()
    const { deltas, frames, bytesIn, delays } = crowd.tally
    const { p50, p99 } = delays.summary()
    return {
      ms: performance.now() - startedAt,
      deltas,
      frames,
      bytesIn,
      p50,
      p99,
      ownDelayMs: loop.percentile(99) / 1e6,
    }
  },
  /** Resolves to whether a group receives this many deltas in all, in time. */
  received: ({ group, deltas }: { group: string; deltas: number }) =>
    crowdOf(group).received(deltas, RECEIVE_MS),
  /** Does this to every visit of a group, and resolves to the time of it, in monotonic ms. */
  act: ({ group, act }: { group: string; act: 'stop' | 'close' | 'freeze' }) =>
    crowds.get(group)?.each(act) ?? monotonicMs(),
  /** Closes the visits of a group that are still open, and forgets it. */
  leave(group: string) {
    crowds.get(group)?.each('close')
    crowds.delete(group)
  },
  /** Reads whole answers, `lanes` at a time, and starts new ones for at least `ms`. */
  async readAnswers({
    target,
    lanes,
    ms,
    deltas,
  }: {
    target: CrowdTarget
    lanes: number
    ms: number
    deltas: number
  }) {
    const crowd = new Crowd()
    const startedAt = performance.now()
    let answers = 0
    const lane = async () => {
      do {
        const received = await new Promise<number>((resolve) => crowd.open(target, { onClose: resolve }))
        crowd.check()
        if (received !== deltas) throw new Error(`${target.peer}: ${received} deltas of ${deltas}`)
        answers += 1
      } while (performance.now() - startedAt < ms)
    }
    await Promise.all(Array.from({ length: lanes }, lane))
    return { answers, deltas: crowd.tally.deltas, ms: performance.now() - startedAt }
  },
  /** ms from a visitor's first request to the first delta, one visit after another. */
  async firstTokens({ target, count }: { target: CrowdTarget; count: number }) {
    const delays = new Histogram()
    for (let visit = 0; visit < count; visit += 1) {
      const crowd = new Crowd()
      const askedAt = monotonicMs()
      crowd.open(target)
      await crowd.allBegun(PATIENCE_MS)
      delays.add(monotonicMs() - askedAt)
      // Closing would leave work behind on a server that waits for the reader to come back.
      crowd.each('stop')
      await sleep(5)
    }
    return delays.summary()
  },
}
export type Load = typeof operations

answerCalls(operations)
process.stdout.write(`${JSON.stringify({ url: 'ipc:' })}\n`)
