/** Calls back when it has been armed for too long. Arming again starts it anew. */
export interface Watchdog {
  arm(ms: number): void
  disarm(): void
  /** For good: leaves no timer. */
  stop(): void
}

/**
 * One timer at most, and not touched by every sign of life: when it goes off it looks how long there is still
 * to go. Arming it is only noting the time.
 */
export function watchdog(onBite: () => void): Watchdog {
  let deadline = Number.POSITIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  /** When the timer goes off. */
  let due = Number.POSITIVE_INFINITY

  function wakeAt(time: number, now: number) {
    clearTimeout(timer)
    due = time
    timer = setTimeout(look, time - now)
  }

  function look() {
    timer = undefined
    due = Number.POSITIVE_INFINITY
    const now = performance.now()
    if (deadline === Number.POSITIVE_INFINITY) return
    if (deadline <= now) onBite()
    else wakeAt(deadline, now)
  }

  return {
    arm(ms) {
      const now = performance.now()
      deadline = now + ms
      if (deadline < due) wakeAt(deadline, now)
    },
    disarm() {
      deadline = Number.POSITIVE_INFINITY
    },
    stop() {
      deadline = Number.POSITIVE_INFINITY
      due = Number.POSITIVE_INFINITY
      clearTimeout(timer)
    },
  }
}
