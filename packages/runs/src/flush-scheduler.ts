import type { Clock } from './clock.ts'

/** Parts of a frame. Runs that began at different times share the ticks of this grid, and a timer for each tick. */
const GRID_PARTS = 5
/** Part of a frame: how late the last one may have been without moving the next one to a later tick. */
const TOLERANCE = 0.1
/** The precision of timers, in ms. */
const PRECISION = 1

export interface FlushSchedulerOptions {
  readonly clock: Clock
  /** The time from one pull of a run to the next, and from one frame to a reader to the next, in ms. 0: none. */
  readonly frameMs: number
}

/**
 * Times the pulls and frames of a process on a common grid of ticks: a run is pulled once per frame time, and its
 * readers, whose last frame is as old as its last pull, are sent the new text in the same tick.
 */
export class FlushScheduler {
  readonly #clock: Clock
  readonly #frameMs: number
  readonly #gridMs: number
  /** The callbacks of each tick, by its time. A tick has a timer from its first callback on. */
  readonly #ticks = new Map<number, Set<() => void>>()

  constructor({ clock, frameMs }: FlushSchedulerOptions) {
    this.#clock = clock
    this.#frameMs = frameMs
    this.#gridMs = frameMs / GRID_PARTS
  }

  /** Whether the frame after one at `since` is due. */
  isDue(since: number): boolean {
    return this.#frameMs === 0 || this.#tickAfter(since) - this.#clock.now() <= PRECISION
  }

  /** Calls `wake` when the frame after one at `since` is due: once, however often it is asked to before that. */
  wakeAfter(since: number, wake: () => void): void {
    const at = this.#tickAfter(since)
    const tick = this.#ticks.get(at)
    if (tick) tick.add(wake)
    else this.#startTick(at, wake)
  }

  #tickAfter(since: number): number {
    return Math.ceil((since + this.#frameMs * (1 - TOLERANCE)) / this.#gridMs) * this.#gridMs
  }

  #startTick(at: number, wake: () => void): void {
    const tick = new Set([wake])
    const onTimer = () => {
      // Node counts from when its turn of the loop began, so after a long one a timer comes early.
      const early = at - this.#clock.now()
      if (early > PRECISION) {
        this.#clock.after(early, onTimer)
        return
      }
      this.#ticks.delete(at)
      for (const wakeOne of tick) wakeOne()
    }
    this.#ticks.set(at, tick)
    this.#clock.after(at - this.#clock.now(), onTimer)
  }
}
