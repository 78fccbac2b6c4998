/** Runs work one at a time for each key; work for different keys overlaps. */
export class OneAtATime {
  readonly #current = new Map<string, Promise<unknown>>()

  /** Whether work for this key is in progress. */
  has(key: string): boolean {
    return this.#current.has(key)
  }

  /** Resolves when the work for this key that is in progress, if any, has succeeded or failed. */
  async settled(key: string): Promise<void> {
    await this.#current.get(key)?.catch(() => {})
  }

  async allSettled(): Promise<void> {
    await Promise.allSettled(this.#current.values())
  }

  /** Calls `work` once no other work for this key is in progress. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    // Nothing is awaited between the last check and the entry, or two of those that wait would both go on.
    while (this.has(key)) await this.settled(key)
    const current = work().finally(() => this.#current.delete(key))
    this.#current.set(key, current)
    return current
  }
}
