/**
 * Lets any number of waiters sleep until something changed. A wake-up carries no data: whoever wakes looks
 * again. Look and `wait` must happen in one synchronous step, or a change between them is slept through.
 */
export class Wakeups {
  readonly #waiters = new Set<() => void>()

  /** How many are asleep. */
  get size(): number {
    return this.#waiters.size
  }

  wake(): void {
    for (const wake of this.#waiters) wake()
  }

  /** Resolves at the next `wake`, or as soon as `signal` aborts. */
  wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiters.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#waiters.add(wake)
      signal.addEventListener('abort', wake, { once: true })
    })
  }
}
