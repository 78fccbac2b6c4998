import type { Clock } from './clock.ts'
import { sleep } from './sleep.ts'

/** Of a frame's time. Timers that fall on a common grid wake the process once for many runs, not for each. */
const GRID_PARTS = 5
/** ms. What the work since the last tick may have taken, and a timer be late by, without missing this one. */
const TOLERANCE_MS = 2

export interface PaceOptions {
  readonly clock: Clock
  /** The least time between two frames, in ms. */
  readonly frameMs: number
  readonly signal: AbortSignal
}

/**
 * Resolves one frame after `since`, on the grid that all runs of this pace share, at most 2 ms early; or when
 * `signal` aborts.
 */
export function nextFrame(since: number, { clock, frameMs, signal }: PaceOptions): Promise<void> {
  if (frameMs === 0) return Promise.resolve()
  const grid = frameMs / GRID_PARTS
  const tolerance = Math.min(TOLERANCE_MS, grid / 2)
  const tick = Math.ceil((since + frameMs - tolerance) / grid) * grid
  return sleep(clock, tick - clock.now(), signal)
}
