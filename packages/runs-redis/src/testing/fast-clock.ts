import type { Clock } from '@sluice/runs'

export interface FastClock extends Clock {
  /** Number of callbacks that are waiting. */
  readonly pending: number
}

/** The system's clock, running `times` as fast. */
export function fastClock(times: number): FastClock {
  const timers = new Set<NodeJS.Timeout>()
  return {
    now: () => performance.now() * times,
    after(ms, callback) {
      const timer = setTimeout(() => {
        timers.delete(timer)
        callback()
      }, ms / times)
      timers.add(timer)
      return () => {
        timers.delete(timer)
        clearTimeout(timer)
      }
    },
    get pending() {
      return timers.size
    },
  }
}
