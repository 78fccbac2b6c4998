import type { Clock } from '../clock.ts'

export interface ManualClock extends Clock {
  /** Number of callbacks that are waiting. */
  readonly pending: number
  /** Advances the time. Due callbacks run in order, and promises settle after each. */
  advance(ms: number): Promise<void>
}

/** A clock that moves only in `advance`. @param settled resolves when nothing happens any more. */
export function manualClock(settled = settle): ManualClock {
  let now = 0
  let order = 0
  const timers = new Set<{ at: number; order: number; callback: () => void }>()
  return {
    now: () => now,
    after(ms, callback) {
      const timer = { at: now + ms, order: order++, callback }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    get pending() {
      return timers.size
    },
    async advance(ms) {
      const until = now + ms
      await settled()
      for (;;) {
        const due = [...timers]
          .filter((timer) => timer.at <= until)
          .toSorted((a, b) => a.at - b.at || a.order - b.order)[0]
        if (due === undefined) break
        timers.delete(due)
        now = due.at
        due.callback()
        await settled()
      }
      now = until
    },
  }
}

/** Lets pending promises settle. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
