/**
 * Lets one loop sleep until something has changed. A wake-up carries no data: the loop checks the state again. A
 * wake-up while the loop is awake ends its next sleep at once, so that no change is missed.
 */
export class Sleeper {
  #woken = false
  #resolve: (() => void) | undefined

  readonly wake = (): void => {
    this.#woken = true
    this.#resolve?.()
  }

  /** Resolves when `wake` is called, or at once if it was called since the last sleep. */
  async sleep(): Promise<void> {
    if (!this.#woken) await new Promise<void>((resolve) => (this.#resolve = resolve))
    this.#woken = false
    this.#resolve = undefined
  }
}
