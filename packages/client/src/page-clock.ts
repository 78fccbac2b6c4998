/** Timers, frames and visibility of a page, which tests replace. The returned functions cancel. */
export interface PageClock {
  /** Monotonic time in ms. Only differences are meaningful. */
  now(): number
  after(ms: number, run: () => void): () => void
  /** Runs before the next paint; never while the page is hidden. */
  frame(run: () => void): () => void
  hidden(): boolean
  /** Runs each time the page becomes visible again. */
  onVisible(run: () => void): () => void
}

const FRAME_MS = 16

/** The clock of this page. In Node it behaves as a page that is always visible. */
export const pageClock: PageClock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  frame(run) {
    if (typeof requestAnimationFrame === 'undefined') return pageClock.after(FRAME_MS, run)
    const frame = requestAnimationFrame(run)
    return () => cancelAnimationFrame(frame)
  },
  hidden: () => typeof document !== 'undefined' && document.hidden,
  onVisible(run) {
    if (typeof document === 'undefined') return () => {}
    const listener = () => {
      if (!document.hidden) run()
    }
    document.addEventListener('visibilitychange', listener)
    return () => document.removeEventListener('visibilitychange', listener)
  },
}
