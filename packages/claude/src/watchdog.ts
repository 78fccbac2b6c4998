/** Calls back when it has been armed for longer than `ms`. Arming it again restarts the time. */
export interface Watchdog {
  arm(ms: number): void
  disarm(): void
  /** Stops it for good and clears its timer. */
  stop(): void
}

/** Has one timer at most. Arming only records the time: when the timer fires, it checks how much is left. */
export function watchdog(onTimeout: () => void): Watchdog {
  let deadline = Number.POSITIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  /** When the timer fires. */
  let due = Number.POSITIVE_INFINITY

  function wakeAt(time: number, now: number) {
    clearTimeout(timer)
    due = time
    timer = setTimeout(check, time - now)
  }

  function check() {
    timer = undefined
    due = Number.POSITIVE_INFINITY
    const now = performance.now()
    if (deadline === Number.POSITIVE_INFINITY) return
    if (deadline <= now) onTimeout()
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
