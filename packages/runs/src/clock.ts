/** The time for this package, which tests replace. */
export interface Clock {
  /** Monotonic time in ms. Only differences are meaningful. */
  now(): number
  /** Calls `callback` once, `ms` from now. The returned function cancels it and may be called repeatedly. */
  after(ms: number, callback: () => void): () => void
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}
