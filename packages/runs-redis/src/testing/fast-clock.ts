import type { Clock } from '@sluice/runs'

export interface FastClock extends Clock {
  /** Number of callbacks that wait for more than `ms`. */
  pendingAfter(ms: number): number
}

/** The system's clock, running `times` as fast. */
export function fastClock(times: number): FastClock {
  /** When each is due. */
  const timers = new Map<NodeJS.Timeout, number>()
  const now = () => performance.now() * times
  return {
    now,
    after(ms, callback) {
      const timer = setTimeout(() => {
        timers.delete(timer)
        callback()
      }, ms / times)
      timers.set(timer, now() + ms)
      return () => {
        timers.delete(timer)
        clearTimeout(timer)
      }
    },
    pendingAfter: (ms) => [...timers.values()].filter((due) => due > now() + ms).length,
  }
}
