import type { PageClock } from './page-clock.ts'

/** At least this long between two commits: fewer, larger updates beat one per frame on slow devices. */
const COMMIT_INTERVAL_MS = 100
/** A page that is visible but gets no frames (occluded, throttled) commits all the same. */
const FRAME_PATIENCE_MS = 250
/** Nobody is looking; often enough to keep acknowledging. */
const HIDDEN_INTERVAL_MS = 1000

export interface Cadence {
  /** Commits at the next due time; any number of calls make one commit. */
  readonly soon: () => void
  /** Commits now, and takes the place of one that was due. */
  readonly now: () => void
  readonly cancel: () => void
}

/** When to show what has arrived: about ten times a second, on a frame; once a second while hidden. */
export function createCadence(clock: PageClock, commit: () => void): Cadence {
  let last = Number.NEGATIVE_INFINITY
  let cancelDue: (() => void) | undefined

  function now() {
    cancel()
    last = clock.now()
    commit()
  }

  function soon() {
    if (cancelDue) return
    if (clock.hidden()) {
      cancelDue = clock.after(HIDDEN_INTERVAL_MS, now)
      return
    }
    cancelDue = clock.after(Math.max(0, last + COMMIT_INTERVAL_MS - clock.now()), onFrame)
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

  function cancel() {
    cancelDue?.()
    cancelDue = undefined
  }

  return { soon, now, cancel }
}
