import type { Clock } from '../../clock.ts'

/** A clock that counts those of its timers that are waiting. */
export function countTimers(clock: Clock): { readonly clock: Clock; readonly pending: number } {
  const waiting = new Set<object>()
  return {
    clock: {
      now: () => clock.now(),
      after(ms, callback) {
        const timer = {}
        waiting.add(timer)
        const cancel = clock.after(ms, () => {
          waiting.delete(timer)
          callback()
        })
        return () => {
          waiting.delete(timer)
          cancel()
        }
      },
    },
    get pending() {
      return waiting.size
    },
  }
}
