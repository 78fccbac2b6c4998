import type { Clock } from './clock.ts'
import { sleep } from './sleep.ts'

/** Of a frame's time. Pulls of all runs fall on a common grid: one timer, and one turn of the loop, for many. */
const GRID_PARTS = 5
/** Of a frame's time. What the work since the last tick may have taken without missing the next one. */
const TOLERANCE = 0.1
/** ms. Timers are no more precise than that. */
const PRECISION = 1
/** ms. For how long the process is watched before its frames become rarer or more frequent. */
const WATCH_MS = 500
/** Shares of a core. Frames twice as long save about a quarter, so what was busy is not calm because of them. */
const BUSY = 0.6
const CALM = 0.4
/** How many frames are one when the process is busy. */
const STRETCH = 2

export interface PaceOptions {
  readonly clock: Clock
  /** About the least time between two pulls of a run, and so between two frames to a reader, in ms. 0: none. */
  readonly frameMs: number
  /** The share of a core that the process has used since it was last asked. Default: never busy. */
  readonly busyShare?: (() => number) | undefined
}

/**
 * When runs are pulled and frames are sent. One for all runs of a process: a busy one makes frames twice as long,
 * for what a frame costs hardly depends on what is in it, and without that they would be late for everybody.
 */
export class Pace {
  readonly #options: PaceOptions
  #stretched = false
  #watchedSince: number
  /** Who waits, by the time at which they are woken. A tick is here, and its timer set, while somebody does. */
  readonly #ticks = new Map<number, Tick>()

  constructor(options: PaceOptions) {
    this.#options = options
    this.#watchedSince = options.clock.now()
  }

  /** For pulls: resolves at the tick of the grid one frame after `since`, or when `signal` aborts. */
  tick(since: number, signal: AbortSignal): Promise<void> {
    const { clock, frameMs } = this.#options
    const now = clock.now()
    this.#watch(now)
    const grid = frameMs / GRID_PARTS
    const at = Math.ceil((since + this.#frameMs - frameMs * TOLERANCE) / grid) * grid
    // Not `at <= now`: a grid of frames that take no time has no lines, and `at` is NaN.
    if (!(at > now) || signal.aborted) return Promise.resolve()
    const { waiting } = this.#ticks.get(at) ?? this.#startTick(at)
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        waiting.delete(wake)
        if (waiting.size === 0) this.#endTick(at)
        resolve()
      }
      waiting.add(wake)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  /**
   * For frames: resolves one frame after that of `since`, or when `signal` aborts. A reader that has all there was
   * may be sent the next a tenth earlier. It gets no more frames for that, as there is one pull in a frame; but if
   * it came between two pulls, it would wait for its own turn after each, and so it falls into step with them.
   */
  gap({ since, upToDate }: { since: number; upToDate: boolean }, signal: AbortSignal): Promise<void> {
    const { clock, frameMs } = this.#options
    const due = since + this.#frameMs - (upToDate ? frameMs * TOLERANCE : 0)
    return sleep(clock, due - clock.now(), signal)
  }

  get #frameMs(): number {
    return this.#options.frameMs * (this.#stretched ? STRETCH : 1)
  }

  #watch(now: number): void {
    const { busyShare } = this.#options
    if (busyShare === undefined || now - this.#watchedSince < WATCH_MS) return
    this.#watchedSince = now
    const share = busyShare()
    this.#stretched = this.#stretched ? share > CALM : share > BUSY
  }

  #startTick(at: number): Tick {
    const { clock } = this.#options
    const tick: Tick = { waiting: new Set(), cancel: () => {} }
    const wake = () => {
      // Node counts from when its turn of the loop began, so after a long one a timer comes early.
      const early = at - clock.now()
      if (early > PRECISION) {
        tick.cancel = clock.after(early, wake)
        return
      }
      this.#ticks.delete(at)
      for (const wakeOne of tick.waiting) wakeOne()
    }
    tick.cancel = clock.after(at - clock.now(), wake)
    this.#ticks.set(at, tick)
    return tick
  }

  #endTick(at: number): void {
    this.#ticks.get(at)?.cancel()
    this.#ticks.delete(at)
  }
}

interface Tick {
  readonly waiting: Set<() => void>
  cancel: () => void
}
