/** Callbacks of loops that wait for a change. A call carries no data: the loop checks the state again. */
export class Watchers {
  readonly #watchers = new Set<() => void>()

  /** Calls `wake` at every change, until the returned function is called. */
  add(wake: () => void): () => void {
    this.#watchers.add(wake)
    return () => this.#watchers.delete(wake)
  }

  notify(): void {
    for (const wake of this.#watchers) wake()
  }
}
