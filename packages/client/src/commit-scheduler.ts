import { afterPaint } from './after-paint.ts'
import type { PageClock } from './page-clock.ts'

/** After a commit there is none for this many times its cost, so commits take at most a third of the main thread. */
const PAUSE_FACTOR = 2
/** Limit of the pause on slow devices, so that the page shows progress and the server gets acks. In ms. */
const MAX_PAUSE_MS = 2000
/** A commit that takes this long does not delay a key press much. In ms. */
const TARGET_COST_MS = 40
/** Characters of new text per commit: in the first one, which is slow; the minimum; and the maximum. */
export const COMMIT_CHARS = { first: 256, least: 512, most: 8192 } as const
/** Commits of a hidden page, which only serve to acknowledge what was received. In ms. */
const HIDDEN_INTERVAL_MS = 1000
/** Time between commits with `charsPerSecond`, in ms. */
const LIMITED_INTERVAL_MS = 100

export interface CommitSchedulerOptions {
  readonly clock: PageClock
  readonly commit: () => void
  /** Shows at most this many characters a second; read at every commit. Default: no limit. */
  readonly charsPerSecond?: (() => number) | undefined
}

export interface CommitScheduler {
  /** Call this when events have arrived. Several calls make one commit. */
  readonly schedule: () => void
  /** The same, without the pause after a slow commit. On a hidden page it commits before it returns. */
  readonly scheduleUrgent: () => void
  readonly cancel: () => void
  /** How many characters of new text the next commit may show. */
  readonly chars: () => number
}

/**
 * Decides when the page shows the events that have arrived. After each frame of the server, the next task commits; it
 * only waits for the paint of the commit before it, so there is at most one commit per animation frame. The cost of a
 * commit, including paint, determines the pause after it and how much text the next one may show. A hidden page does
 * not paint, and commits once a second.
 *
 * A commit runs in a task, not in an animation frame, so that a key press waits for the commit or for the paint, but not
 * for both.
 */
export function createCommitScheduler(options: CommitSchedulerOptions): CommitScheduler {
  const { clock, commit, charsPerSecond = () => Number.POSITIVE_INFINITY } = options
  let chars: number = COMMIT_CHARS.first
  let startedAt = 0
  let pauseUntil = 0
  let pending: 'no' | 'soon' | 'urgent' = 'no'
  // At most one of them is set: the timer of the next commit, or the wait for the paint of the last one.
  let cancelTimer: (() => void) | undefined
  let cancelPaint: (() => void) | undefined

  function schedule() {
    if (pending === 'no') pending = 'soon'
    if (!cancelTimer && !cancelPaint) start()
  }

  function scheduleUrgent() {
    // Timers of a hidden page may be a minute late.
    if (clock.hidden()) return run()
    pending = 'urgent'
    cancelTimer?.()
    if (!cancelPaint) start()
  }

  function start() {
    const pauseMs = pending === 'urgent' ? 0 : Math.max(0, pauseUntil - clock.now())
    cancelTimer = clock.after(clock.hidden() ? HIDDEN_INTERVAL_MS : pauseMs, run)
  }

  function run() {
    cancel()
    startedAt = clock.now()
    // Before the commit, because the last commit cancels this.
    if (!clock.hidden()) cancelPaint = afterPaint(clock, painted)
    commit()
  }

  function painted(cost: number) {
    cancelPaint = undefined
    const change = Math.min(2, Math.max(0.25, TARGET_COST_MS / Math.max(1, cost)))
    chars = Math.round(Math.min(COMMIT_CHARS.most, Math.max(COMMIT_CHARS.least, chars * change)))
    const minimumMs = Number.isFinite(charsPerSecond()) ? LIMITED_INTERVAL_MS : 0
    pauseUntil = startedAt + Math.max(minimumMs, cost + Math.min(cost * PAUSE_FACTOR, MAX_PAUSE_MS))
    if (pending !== 'no') start()
  }

  function cancel() {
    pending = 'no'
    cancelTimer?.()
    cancelPaint?.()
    cancelTimer = undefined
    cancelPaint = undefined
  }

  return {
    schedule,
    scheduleUrgent,
    cancel,
    chars() {
      const affordable = clock.hidden() ? COMMIT_CHARS.most : chars
      return Math.min(affordable, Math.ceil((charsPerSecond() * LIMITED_INTERVAL_MS) / 1000))
    },
  }
}
