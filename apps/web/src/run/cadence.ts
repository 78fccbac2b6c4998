import type { PageClock } from './page-clock.ts'

/** Fewer, larger updates beat one per frame on slow devices. */
const COMMIT_INTERVAL_MS = 100
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
  /** Commits in the next task; if no frame has shown the last commit yet, after that frame; while hidden, now. */
  readonly next: () => void
  readonly cancel: () => void
  /** How much new text the next commit should bring, going by what the last ones cost. */
  readonly chars: () => number
}

/**
 * When to show what has arrived: about ten times a second; once a second while hidden. A commit comes in a task of
 * its own and not in a frame, so that what wants to run, such as a key press, waits for it or for the paint that
 * follows, but not for both. The next one comes after the frame that shows it.
 */
export function createCadence(clock: PageClock, commit: () => void): Cadence {
  let last = Number.NEGATIVE_INFINITY
  let interval = COMMIT_INTERVAL_MS
  let chars: number = CHARS.first
  let wanted: 'soon' | 'next' | undefined
  let cancelDue: (() => void) | undefined
  let cancelMeasure: (() => void) | undefined

  function now() {
    cancel()
    last = clock.now()
    // Asked for first, because the commit may be the last one, which cancels it. Hidden, there are no frames, and
    // timers are late.
    if (!clock.hidden()) cancelMeasure = measure()
    commit()
  }

  /** What the last commit cost: the script, and the frame that shows it with its style, layout and paint. */
  function measure() {
    let script = 0
    let cancelled = false
    let cancelPatience: (() => void) | undefined
    let cancelShown: (() => void) | undefined
    const cancelFrame = clock.frame(() => {
      cancelPatience?.()
      const frame = clock.now()
      // The task after it comes after style, layout and paint; late, if the page was hidden meanwhile.
      cancelShown = clock.after(0, () => measured(clock.hidden() ? script : script + clock.now() - frame))
    })
    // Behind React's own microtask, in which it renders.
    queueMicrotask(() =>
      queueMicrotask(() => {
        if (cancelled) return
        script = clock.now() - last
        cancelPatience = clock.after(FRAME_PATIENCE_MS, () => {
          cancelFrame()
          measured(script)
        })
      }),
    )
    return () => {
      cancelled = true
      cancelFrame()
      cancelPatience?.()
      cancelShown?.()
    }
  }

  function measured(cost: number) {
    cancelMeasure = undefined
    const change = Math.min(2, Math.max(0.25, GOOD_COST_MS / Math.max(1, cost)))
    chars = Math.round(Math.min(CHARS.most, Math.max(CHARS.least, chars * change)))
    interval = Math.min(Math.max(COMMIT_INTERVAL_MS, cost * (1 + REST)), MAX_INTERVAL_MS)
    if (wanted) schedule(wanted)
  }

  function schedule(when: 'soon' | 'next') {
    wanted = when
    if (clock.hidden()) {
      // Nobody waits for a frame, and timers may be a minute late.
      if (when === 'next') now()
      else cancelDue ??= clock.after(HIDDEN_INTERVAL_MS, now)
      return
    }
    // What the last commit cost is not known yet.
    if (cancelMeasure) return
    if (when === 'next') cancelDue?.()
    else if (cancelDue) return
    cancelDue = clock.after(when === 'next' ? 0 : Math.max(0, last + interval - clock.now()), now)
  }

  function cancel() {
    wanted = undefined
    cancelDue?.()
    cancelMeasure?.()
    cancelDue = undefined
    cancelMeasure = undefined
  }

  return {
    soon() {
      if (!wanted) schedule('soon')
    },
    next: () => schedule('next'),
    cancel,
    chars: () => (clock.hidden() ? CHARS.most : chars),
  }
}
