import type { Clock } from './clock.ts'

/** Ticks per frame time. Runs that began at different times share the ticks of this grid, with one timer per tick. */
const GRID_PARTS = 5
/** How late a frame may be without moving the next one to a later tick, as a part of the frame time. */
const TOLERANCE = 0.1
/** The precision of timers, in ms. */
const PRECISION = 1

export interface FlushSchedulerOptions {
  readonly clock: Clock
  /** Time between two pulls of a run, and between two frames to a reader, in ms. 0: no limit. */
  readonly frameMs: number
}

/**
 * Schedules the pulls and frames of a process on a common grid of ticks. A run is pulled once per frame time. The last
 * frame to its readers is as old as its last pull, so they are sent the new text in the same tick.
 */
export class FlushScheduler {
  readonly #clock: Clock
  readonly #frameMs: number
  readonly #gridMs: number
  /** The callbacks of each tick, by its time. The first callback of a tick starts its timer. */
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

  /** Calls `wake` once when the frame after one at `since` is due, even if this is called several times before. */
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
      // Node times from the start of the turn of its event loop, so after a long turn a timer fires early.
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
