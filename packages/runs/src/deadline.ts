import type { Clock } from './clock.ts'

/** Limits how long promises are awaited, one at a time. It has no limit until it is started. */
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

  /** Leaves no timer behind. */
  cancel(): void {
    this.#cancel?.()
  }

  /**
   * Settles as `promise` does, or resolves to undefined when the deadline passes. A rejection after that is not
   * reported: a caller who cares handles it on `promise` itself.
   */
  // Not a Promise.race: racing every pull of a run against one promise would pile up callbacks on that promise.
  within<T>(promise: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.#giveUp = () => resolve(undefined)
      if (this.#hasPassed) this.#giveUp()
      promise.then(resolve, reject)
    })
  }
}
