import type { Clock } from './clock.ts'
import type { Run } from './run.ts'

export interface RetainedRunsOptions {
  /** How long a run can still be read after its end, in ms. Then it is gone, once nobody reads it. */
  readonly retainMs: number
  /**
   * How much ended runs may take in all, in UTF-16 code units: each counts as its text and 2,000 more. Beyond it the
   * oldest ones without a reader go before `retainMs` is over.
   */
  readonly maxRetainedChars: number
}

/** An ended run without any text keeps about 4 KB of objects. */
const CHARS_PER_RUN = 2000

/** The runs that have ended and can still be read, in the order in which they ended. */
export class RetainedRuns {
  readonly #options: RetainedRunsOptions
  readonly #clock: Clock
  readonly #onRemove: (runId: string) => void
  readonly #entries = new Map<string, { run: Run; cancel: () => void }>()
  #chars = 0

  constructor(options: RetainedRunsOptions, clock: Clock, onRemove: (runId: string) => void) {
    this.#options = options
    this.#clock = clock
    this.#onRemove = onRemove
  }

  /** Keeps a run that has just ended, and removes what is too much with it. */
  add(run: Run): void {
    this.#chars += run.chars + CHARS_PER_RUN
    this.#removeLater(run)
    for (const { run: oldest } of this.#entries.values()) {
      if (this.#chars <= this.#options.maxRetainedChars) return
      if (oldest.lease.readers === 0) this.#remove(oldest)
    }
  }

  /** Cancels all removals; to be called when the process ends. */
  close(): void {
    for (const { cancel } of this.#entries.values()) cancel()
  }

  #removeLater(run: Run): void {
    const cancel = this.#clock.after(this.#options.retainMs, () => {
      // Who is still reading needs it for its acks; a reader that only holds on loses its lease.
      if (run.lease.readers > 0) this.#removeLater(run)
      else this.#remove(run)
    })
    this.#entries.set(run.runId, { run, cancel })
  }

  #remove(run: Run): void {
    this.#entries.get(run.runId)?.cancel()
    this.#entries.delete(run.runId)
    this.#chars -= run.chars + CHARS_PER_RUN
    this.#onRemove(run.runId)
  }
}
