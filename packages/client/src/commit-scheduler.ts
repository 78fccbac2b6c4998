import { afterPaint } from './after-paint.ts'
import type { PageClock } from './page-clock.ts'

/** A commit is followed by so many times its own cost without one, so commits take a third of the main thread at most. */
const REST = 2
/** However slow the device, the reader sees progress and the server gets acks. */
const MAX_REST_MS = 2000
/** A commit below this delays no key press much, on a slow phone too. */
const GOOD_COST_MS = 40
/** Characters of new text per commit: the first, while code is cold; then on the slowest device; and at most. */
export const COMMIT_CHARS = { first: 256, least: 512, most: 8192 } as const
/** Often enough to keep acknowledging what nobody is looking at. */
const HIDDEN_INTERVAL_MS = 1000
/** Between the commits of a reader with a given speed. */
const PACED_INTERVAL_MS = 100

export interface CommitSchedulerOptions {
  readonly clock: PageClock
  readonly commit: () => void
  /** Shows at most this many characters a second; read at every commit. Default: no limit. */
  readonly charsPerSecond?: (() => number) | undefined
}

export interface CommitScheduler {
  /** Something has arrived. Any number of calls make one commit. */
  readonly schedule: () => void
  /** The same, without the rest after a slow commit; on a hidden page, commits before it returns. */
  readonly scheduleUrgent: () => void
  readonly cancel: () => void
  /** How much new text the next commit may show. */
  readonly chars: () => number
}

/**
 * Decides when the page shows what has arrived. The server's frames are the beat: a commit follows each of them in
 * the next task, and only waits for the paint of the commit before it, so that there is one in an animation frame at
 * most. What a commit cost, paint included, decides how long the main thread then rests and how much text the next
 * one may bring. A hidden page paints nothing and commits once a second.
 *
 * A commit runs in a task and not in an animation frame, so that a key press waits for the commit or for the paint,
 * but not for both.
 */
export function createCommitScheduler(options: CommitSchedulerOptions): CommitScheduler {
  const { clock, commit, charsPerSecond = () => Number.POSITIVE_INFINITY } = options
  let chars: number = COMMIT_CHARS.first
  let startedAt = 0
  let restUntil = 0
  let wanted: 'no' | 'soon' | 'urgent' = 'no'
  // At most one of the two is set: a commit waits for its time, or for its paint.
  let cancelTimer: (() => void) | undefined
  let cancelPaint: (() => void) | undefined

  function schedule() {
    if (wanted === 'no') wanted = 'soon'
    if (!cancelTimer && !cancelPaint) start()
  }

  function scheduleUrgent() {
    // A hidden page's timers may be a minute late.
    if (clock.hidden()) return run()
    wanted = 'urgent'
    cancelTimer?.()
    if (!cancelPaint) start()
  }

  function start() {
    const rest = wanted === 'urgent' ? 0 : Math.max(0, restUntil - clock.now())
    cancelTimer = clock.after(clock.hidden() ? HIDDEN_INTERVAL_MS : rest, run)
  }

  function run() {
    cancel()
    startedAt = clock.now()
    // Before the commit, which may be the last one, and cancels it.
    if (!clock.hidden()) cancelPaint = afterPaint(clock, painted)
    commit()
  }

  function painted(cost: number) {
    cancelPaint = undefined
    const change = Math.min(2, Math.max(0.25, GOOD_COST_MS / Math.max(1, cost)))
    chars = Math.round(Math.min(COMMIT_CHARS.most, Math.max(COMMIT_CHARS.least, chars * change)))
    const paced = Number.isFinite(charsPerSecond()) ? PACED_INTERVAL_MS : 0
    restUntil = startedAt + Math.max(paced, cost + Math.min(cost * REST, MAX_REST_MS))
    if (wanted !== 'no') start()
  }

  function cancel() {
    wanted = 'no'
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
      return Math.min(affordable, Math.ceil((charsPerSecond() * PACED_INTERVAL_MS) / 1000))
    },
  }
}
