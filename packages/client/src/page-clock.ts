/** Time as a page knows it: timers, frames, and whether anybody can see them. Every function returned cancels. */
export interface PageClock {
  /** Milliseconds from an arbitrary origin. */
  now(): number
  after(ms: number, run: () => void): () => void
  /** Before the next paint; never while the page is hidden. */
  frame(run: () => void): () => void
  hidden(): boolean
  /** Runs each time the page becomes visible again. */
  onVisible(run: () => void): () => void
}

const FRAME_MS = 16

/** Of this page; where there is no page, as in Node, of one that is always visible. */
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
