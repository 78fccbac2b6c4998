import { RunsError } from './runs-error.ts'

export interface LiveRunsOptions {
  /** The most unfinished runs of one owner. */
  readonly maxRunsPerOwner: number
  /** The most unfinished runs in all. */
  readonly maxRuns: number
}

/** The runs that have not ended, and whose they are: how many there may be. */
export class LiveRuns {
  readonly #options: LiveRunsOptions
  /** One for every run; each resolves when its end has been told. */
  readonly #ends = new Set<Promise<void>>()
  /** How many each owner has. An owner without one has no entry. */
  readonly #byOwner = new Map<string, number>()

  constructor(options: LiveRunsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#ends.size
  }

  /** @throws {RunsError} `too_many_runs` when there is no room for one more of this owner's. */
  assertRoom(owner: string): void {
    const { maxRuns, maxRunsPerOwner } = this.#options
    if ((this.#byOwner.get(owner) ?? 0) >= maxRunsPerOwner) {
      throw new RunsError(
        'too_many_runs',
        `At most ${maxRunsPerOwner} answers at a time; wait for one to end.`,
      )
    }
    if (this.#ends.size >= maxRuns) {
      throw new RunsError(
        'too_many_runs',
        'The server is answering as many as it can; try again in a moment.',
      )
    }
  }

  /** Counts a run until `end`, which must not reject, resolves. */
  add(owner: string, end: Promise<void>): void {
    this.#count(owner, 1)
    const over = end.finally(() => {
      this.#count(owner, -1)
      this.#ends.delete(over)
    })
    this.#ends.add(over)
  }

  /** Resolves when those that are live now have ended. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#ends)
  }

  #count(owner: string, change: 1 | -1): void {
    const live = (this.#byOwner.get(owner) ?? 0) + change
    if (live === 0) this.#byOwner.delete(owner)
    else this.#byOwner.set(owner, live)
  }
}
