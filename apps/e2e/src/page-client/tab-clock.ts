import type { PageClock } from '@sluice/client'

const FRAME_MS = 16

/** The clock of a visible page. `stop` is what closing the tab does: no pending timer fires. */
export function createTabClock(): PageClock & { stop(): void } {
  const timers = new Set<NodeJS.Timeout>()
  let stopped = false

  function after(ms: number, run: () => void) {
    if (stopped) return () => {}
    const timer = setTimeout(() => {
      timers.delete(timer)
      run()
    }, ms)
    timers.add(timer)
    return () => {
      timers.delete(timer)
      clearTimeout(timer)
    }
  }

  return {
    now: () => performance.now(),
    after,
    frame: (run) => after(FRAME_MS, run),
    hidden: () => false,
    onVisible: () => () => {},
    stop() {
      stopped = true
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    },
  }
}
