/** Lets a test wait for what happens in any part of it: each part calls `changed`. */
export class Progress {
  readonly #waiting = new Set<() => void>()

  readonly changed = (): void => {
    for (const check of this.#waiting) check()
  }

  /** Resolves when the condition holds after a change, or holds already. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!condition()) return
        this.#waiting.delete(check)
        resolve()
      }
      this.#waiting.add(check)
      check()
    })
  }
}
