/** Time, as everything in this package sees it, so that tests can hold it still. */
export interface Clock {
  /** Milliseconds that only ever grow; differences mean something, the value itself does not. */
  now(): number
  /** Calls `callback` once, `ms` from now. The returned function calls it off, any number of times. */
  after(ms: number, callback: () => void): () => void
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}
