import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { answerCalls } from '../processes/rpc.ts'
import { monotonicMs } from '../stamp.ts'
import { Crowd, type CrowdTarget } from './crowd.ts'
import { Histogram } from '../histogram.ts'

// The load generator: a process of its own, told by its parent whom to visit and how.

const crowds = new Map<string, Crowd>()
/** Between two visits, so that opening many is no burst. */
const SPACING_MS = 2
/** Whoever does not begin to hear by then is not served. */
const PATIENCE_MS = 8000
const RECEIVE_MS = 30_000

function crowdOf(group: string): Crowd {
  const crowd = crowds.get(group)
  if (crowd === undefined) throw new Error(`nobody visits as ${group}`)
  return crowd
}

const operations = {
  /** Opens visits, to a group that may grow, and resolves to whether all begin to hear in good time. */
  async open({ group, target, count }: { group: string; target: CrowdTarget; count: number }) {
    const crowd = crowds.get(group) ?? new Crowd()
    crowds.set(group, crowd)
    for (let opened = 0; opened < count; opened += 1) {
      crowd.open(target)
      await sleep(SPACING_MS)
    }
    return crowd.allBegun(PATIENCE_MS)
  },
  /** Opens visits that stop reading at the first thing they hear. */
  async openAndFreeze({ group, target, count }: { group: string; target: CrowdTarget; count: number }) {
    const crowd = new Crowd()
    crowds.set(group, crowd)
    for (let opened = 0; opened < count; opened += 1) crowd.open(target, { freezeAtOnce: true })
    return crowd.allBegun(PATIENCE_MS)
  },
  /** Listens for a while and says what came, and whether this process kept up. */
  async listen({ group, ms }: { group: string; ms: number }) {
    const crowd = crowdOf(group)
    const loop = monitorEventLoopDelay({ resolution: 2 })
    crowd.tally.reset()
    loop.enable()
    const startedAt = performance.now()
    await sleep(ms)
    loop.disable()
    crowd.check()
    const { deltas, bytesIn, delays } = crowd.tally
    const { p50, p99 } = delays.summary()
    return {
      ms: performance.now() - startedAt,
      deltas,
      bytesIn,
      p50,
      p99,
      ownDelayMs: loop.percentile(99) / 1e6,
    }
  },
  /** Resolves to whether a group receives so many deltas in all, in good time. */
  received: ({ group, deltas }: { group: string; deltas: number }) =>
    crowdOf(group).received(deltas, RECEIVE_MS),
  /** Does it to every visit, if there are any, and resolves to when, in monotonic ms. */
  act: ({ group, act }: { group: string; act: 'stop' | 'close' | 'freeze' }) =>
    crowds.get(group)?.each(act) ?? monotonicMs(),
  /** Hangs up on whoever is left, and forgets them. */
  leave(group: string) {
    crowds.get(group)?.each('close')
    crowds.delete(group)
  },
  /** Answers from start to end, `lanes` at a time, new ones for at least `ms`. */
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
      // Not by hanging up: a server that waits for the reader to come back would still be at work afterwards.
      crowd.each('stop')
      await sleep(5)
    }
    return delays.summary()
  },
}
export type Load = typeof operations

answerCalls(operations)
process.stdout.write(`${JSON.stringify({ url: 'ipc:' })}\n`)
