import type { Clock } from './clock.ts'
import type { Run } from './run.ts'

export interface RetainedRunsOptions {
  /** How long a run can still be read after its end, in ms. Then it is removed, once it has no reader. */
  readonly retainMs: number
  /**
   * How much ended runs may take in all, in UTF-16 code units: each counts as its text and 2,000 more. Beyond it the
   * oldest ones without a reader are removed before `retainMs` is over.
   */
  readonly maxRetainedChars: number
}

/** An ended run without any text keeps about 4 KB of objects. */
const CHARS_PER_RUN = 2000

/** The runs that have ended and can still be read. */
export class RetainedRuns {
  readonly #options: RetainedRunsOptions
  readonly #clock: Clock
  readonly #onRemove: (runId: string) => void
  /** Each with what cancels its removal, in the order in which they ended. */
  readonly #runs = new Map<Run, () => void>()
  #chars = 0

  constructor(options: RetainedRunsOptions, clock: Clock, onRemove: (runId: string) => void) {
    this.#options = options
    this.#clock = clock
    this.#onRemove = onRemove
  }

  /** Keeps a run that has just ended, and removes older ones if that is too much. */
  add(run: Run): void {
    this.#chars += run.chars + CHARS_PER_RUN
    this.#removeLater(run)
    for (const oldest of this.#runs.keys()) {
      if (this.#chars <= this.#options.maxRetainedChars) return
      if (oldest.lease.readers === 0) this.#remove(oldest)
    }
  }

  /** Cancels all removals; to be called when the process ends. */
  close(): void {
    for (const cancel of this.#runs.values()) cancel()
  }

  #removeLater(run: Run): void {
    const cancel = this.#clock.after(this.#options.retainMs, () => {
      // A reader needs the run for its acks. One that is silent loses its lease.
      if (run.lease.readers > 0) this.#removeLater(run)
      else this.#remove(run)
    })
    this.#runs.set(run, cancel)
  }

  #remove(run: Run): void {
    this.#runs.get(run)?.()
    this.#runs.delete(run)
    this.#chars -= run.chars + CHARS_PER_RUN
    this.#onRemove(run.runId)
  }
}
