import { type Clock, systemClock } from './clock.ts'

/** Limits how long promises are awaited, one at a time. There is no limit before `start`. */
export class Deadline {
  readonly #clock: Clock
  #cancel: (() => void) | undefined
  #hasPassed = false
  #giveUp: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The deadline passes `ms` from now. */
  start(ms: number): void {
    this.#cancel = this.#clock.after(ms, () => {
      this.#hasPassed = true
      this.#giveUp?.()
    })
  }

  /** Stops the timer. */
  cancel(): void {
    this.#cancel?.()
  }

  /**
   * Settles as `promise` does, or resolves to undefined when the deadline passes. A rejection after that is ignored:
   * to handle it, use `promise` itself.
   */
  // Not Promise.race: each race against one long-lived promise would add a callback to it.
  within<T>(promise: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.#giveUp = () => resolve(undefined)
      if (this.#hasPassed) this.#giveUp()
      promise.then(resolve, reject)
    })
  }
}

/** Settles as `promise` does, or resolves to undefined after `ms`. Leaves no timer behind. */
export async function within<T>(
  ms: number,
  promise: Promise<T>,
  clock: Clock = systemClock,
): Promise<T | undefined> {
  const deadline = new Deadline(clock)
  deadline.start(ms)
  try {
    return await deadline.within(promise)
  } finally {
    deadline.cancel()
  }
}
