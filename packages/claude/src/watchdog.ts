/** Calls back when it has been armed for too long. One timer at most; arming again starts it anew. */
export interface Watchdog {
  arm(ms: number): void
  disarm(): void
}

export function watchdog(onBite: () => void): Watchdog {
  let timer: NodeJS.Timeout | undefined
  const disarm = () => {
    clearTimeout(timer)
    timer = undefined
  }
  return {
    arm(ms) {
      disarm()
      timer = setTimeout(onBite, ms)
    },
    disarm,
  }
}
