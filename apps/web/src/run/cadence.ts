import type { PageClock } from './page-clock.ts'

/** Plus the wait for a frame, a tenth of a second: fewer, larger updates beat one per frame on slow devices. */
const COMMIT_INTERVAL_MS = 92
/** A commit that took long waits so many times as long for the next: a third of the main thread at most. */
const REST = 2
/** However slow the device, the reader sees that it goes on, and the server that somebody reads. */
const MAX_INTERVAL_MS = 2000
/** A commit that stays below this delays no key press much, on a slow phone too. */
const GOOD_COST_MS = 40
/** New text per commit: at first, when code is cold and everything takes longest, on a slow device at least, and at most. */
const CHARS = { first: 256, least: 512, most: 8192 } as const
/** A page that is visible but gets no frames (occluded, throttled) commits all the same. */
const FRAME_PATIENCE_MS = 250
/** Nobody is looking; often enough to keep acknowledging. */
const HIDDEN_INTERVAL_MS = 1000

export interface Cadence {
  /** Commits at the next due time; any number of calls make one commit. */
  readonly soon: () => void
  /** Commits in the next frame, whatever was due. */
  readonly next: () => void
  readonly cancel: () => void
  /** How much new text the next commit should bring, going by what the last ones cost. */
  readonly chars: () => number
}

/** When to show what has arrived: about ten times a second, on a frame; once a second while hidden. */
export function createCadence(clock: PageClock, commit: () => void): Cadence {
  let last = Number.NEGATIVE_INFINITY
  let interval = COMMIT_INTERVAL_MS
  let chars: number = CHARS.first
  let wanted = false
  let cancelDue: (() => void) | undefined
  let cancelMeasure: (() => void) | undefined

  function now() {
    cancel()
    last = clock.now()
    // In a frame, the next task comes after React, style, layout and paint: after all that a commit costs. It
    // is asked for first because the commit may be the last one, which cancels it. Hidden, timers are late, and
    // would make a commit look as if it had taken a second.
    if (!clock.hidden()) cancelMeasure = clock.after(0, measure)
    commit()
  }

  function measure() {
    cancelMeasure = undefined
    const cost = clock.now() - last
    const change = Math.min(2, Math.max(0.25, GOOD_COST_MS / Math.max(1, cost)))
    chars = Math.round(Math.min(CHARS.most, Math.max(CHARS.least, chars * change)))
    interval = Math.min(Math.max(COMMIT_INTERVAL_MS, cost * (1 + REST)), MAX_INTERVAL_MS)
    if (wanted) schedule()
  }

  function soon() {
    wanted = true
    // What the last commit cost is not known yet.
    if (!cancelMeasure) schedule()
  }

  function schedule() {
    if (cancelDue) return
    if (clock.hidden()) cancelDue = clock.after(HIDDEN_INTERVAL_MS, now)
    else cancelDue = clock.after(Math.max(0, last + interval - clock.now()), onFrame)
  }

  function onFrame() {
    if (clock.hidden()) {
      now()
      return
    }
    const cancelFrame = clock.frame(now)
    const cancelPatience = clock.after(FRAME_PATIENCE_MS, now)
    cancelDue = () => {
      cancelFrame()
      cancelPatience()
    }
  }

  function next() {
    cancel()
    onFrame()
  }

  function cancel() {
    wanted = false
    cancelDue?.()
    cancelMeasure?.()
    cancelDue = undefined
    cancelMeasure = undefined
  }

  return { soon, next, cancel, chars: () => (clock.hidden() ? CHARS.most : chars) }
}
