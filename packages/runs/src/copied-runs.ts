import { copyRun, type CopyOptions } from './copy-run.ts'
import { MemoryLog } from './memory-log.ts'
import { Run, type RunOptions } from './run.ts'
import { runNotFound, RunsError, runsClosing } from './runs-error.ts'

export interface CopiedRunsOptions extends Omit<CopyOptions, 'signal'> {
  /** Called when a copy ends without the end of its run: later readers would wait for that in vain. */
  readonly onForgotten: (run: Run) => void
  readonly onError?: ((error: unknown, runId: string) => void) | undefined
}

/** Live runs that other processes write, and that have or had readers here. */
export class CopiedRuns {
  readonly #options: CopiedRunsOptions
  /** Ends the copying of each. */
  readonly #copying = new Map<Run, AbortController>()
  #isClosed = false

  constructor(options: CopiedRunsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#copying.size
  }

  has(run: Run): boolean {
    return this.#copying.has(run)
  }

  /**
   * Begins to copy a run. It is copied until it has ended, or is not read any more.
   *
   * @throws {RunsError} `closing`.
   */
  start(options: Omit<RunOptions, 'log'>): Run {
    if (this.#isClosed) throw runsClosing()
    const { onError } = this.#options
    const copying = new AbortController()
    const onUnread = () => {
      if (run.lease.ended) options.onUnread()
      else this.#end(run)
    }
    const run: Run = new Run({ ...options, onUnread, isCopy: true, log: new MemoryLog() })
    this.#copying.set(run, copying)
    copyRun(run, { ...this.#options, signal: copying.signal }).then(
      () => this.#end(run, runNotFound()),
      (error: unknown) => {
        this.#end(run, new RunsError('unavailable', 'The answer cannot be read; try again in a moment.'))
        onError?.(error, run.runId)
      },
    )
    return run
  }

  /** Sends the readers away with `closing`, and copies no more runs. */
  close(): void {
    this.#isClosed = true
    for (const run of this.#copying.keys()) this.#end(run, runsClosing())
  }

  #end(run: Run, reason?: RunsError): void {
    this.#copying.get(run)?.abort()
    if (!this.#copying.delete(run) || run.lease.ended) return
    this.#options.onForgotten(run)
    run.lease.close()
    if (reason) run.lease.dismiss(reason)
  }
}
