import { Claims } from './claims.ts'
import { type Clock, systemClock } from './clock.ts'
import { Deadline } from './deadline.ts'
import { FlushScheduler } from './flush-scheduler.ts'
import { followLog } from './follow-log.ts'
import type { Log, LogEntry } from './log.ts'
import { MemoryLog } from './memory-log.ts'
import { RetainedRuns, type RetainedRunsOptions } from './retained-runs.ts'
import { INTERRUPTED, STOPPED } from './run-ends.ts'
import { Run, type RunLimits, type RunRequest } from './run.ts'
import type { RunSummary } from './run-summary.ts'
import { RunsError } from './runs-error.ts'

export interface RunsOptions extends RunLimits, RetainedRunsOptions {
  /** The time from one pull of a run to the next, and from one frame to a reader to the next, in ms. 0: none. */
  readonly frameMs: number
  /** Default: the system's. */
  readonly clock?: Clock
  /** Where a run's events are kept. Default: in memory. */
  readonly createLog?: (runId: string) => Log
  /** Called when a run starts. */
  readonly onStart?: (run: { runId: string; owner: string; model: string }) => void
  /** Called at the first text or thinking of a run, with the time since its start, in ms. */
  readonly onFirstText?: (run: { runId: string; ms: number }) => void
  /** Called for every frame of text but a subscription's first, with the time since the one before it, in ms. */
  readonly onFrameGap?: (ms: number) => void
  /** Called when a run has ended. */
  readonly onEnd?: (run: RunSummary) => void
  /** Called when a source threw or a log failed: a bug or an outage, never an expected failure. */
  readonly onError?: (error: unknown, runId: string) => void
}

export interface StartOptions extends RunRequest {
  /** Called once, when this run is over; without a summary where its log failed. */
  readonly onEnd?: ((run: RunSummary | undefined) => void) | undefined
}

export interface ReadOptions {
  /** The position the reader has; 0 for the beginning. It acknowledges nothing: that takes an ack. */
  readonly after: number
  /**
   * Puts the reader under flow control by acks. Without it only the transport limits the reader and notices that it
   * is dead: it must abort `signal` when the peer takes nothing any more.
   */
  readonly readerId?: string | undefined
  readonly signal: AbortSignal
}

/** Every run of this process, each visible to its owner only. */
export class Runs {
  readonly #options: RunsOptions
  readonly #clock: Clock
  readonly #scheduler: FlushScheduler
  /** Live and retained. */
  readonly #runs = new Map<string, Run>()
  /** Of these runs, and of many that are gone. */
  readonly #claims = new Claims()
  /** One for every live run; each resolves when the callbacks of its end have been called. */
  readonly #live = new Set<Promise<void>>()
  readonly #retained: RetainedRuns
  #closing = false

  constructor(options: RunsOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#scheduler = new FlushScheduler({ frameMs: options.frameMs, clock: this.#clock })
    this.#retained = new RetainedRuns(options, this.#clock, (runId) => this.#runs.delete(runId))
  }

  /** Runs that have not ended. */
  get live(): number {
    return this.#live.size
  }

  /** Runs that can be read: the live ones, and the ended ones that are retained. */
  get size(): number {
    return this.#runs.size
  }

  /** Open subscriptions, over all runs. */
  get readers(): number {
    return this.#sum((run) => run.lease.readers)
  }

  /** Live runs for which Claude is not being read, because their readers are a window behind. */
  get paused(): number {
    return this.#sum((run) => (run.paused ? 1 : 0))
  }

  /** UTF-16 code units of text kept, over all runs. */
  get chars(): number {
    return this.#sum((run) => run.chars)
  }

  /** Names the memory in which run ids are claimed now: see {@link assertRemembers}. */
  get epoch(): string {
    return this.#claims.epoch
  }

  /**
   * Makes sure that every run id that was claimed in this epoch is still known to be, also of runs that are gone.
   *
   * @throws {RunsError} `forgotten` when it may have been claimed and that is not known any more.
   */
  assertRemembers(epoch: string): void {
    if (this.#claims.remembers(epoch)) return
    throw new RunsError(
      'forgotten',
      'The server was restarted before it could confirm the question, which may have been asked already.',
    )
  }

  /** Whether this owner has claimed this run id, so that starting it again would do nothing. */
  has(owner: string, runId: string): boolean {
    return this.#ownerOf(runId) === owner
  }

  /**
   * Claims a run id and starts the run; for the same owner and id again it does nothing, also when the run is gone.
   *
   * @returns whether this call started it.
   * @throws {RunsError} `not_found` when another owner has the id, `closing`.
   */
  async start({ owner, runId, onEnd, ...rest }: StartOptions): Promise<{ created: boolean }> {
    const claimedBy = this.#ownerOf(runId)
    if (claimedBy === owner) return { created: false }
    if (claimedBy !== undefined) throw notFound()
    if (this.#closing) throw new RunsError('closing', 'The server is restarting; try again in a moment.')
    const { onStart, onFirstText, onError, createLog } = this.#options
    const run = new Run({
      ...rest,
      runId,
      owner,
      log: createLog?.(runId) ?? new MemoryLog(),
      limits: this.#options,
      scheduler: this.#scheduler,
      clock: this.#clock,
      onFirstText: (ms) => onFirstText?.({ runId, ms }),
      onSourceError: (error) => onError?.(error, runId),
    })
    this.#runs.set(runId, run)
    this.#claims.add(runId, owner)
    const end = this.#onEnded(run, onEnd).finally(() => this.#live.delete(end))
    this.#live.add(end)
    onStart?.({ runId, owner, model: rest.model })
    return { created: true }
  }

  /**
   * Follows a run from a position to its end. The reader holds the run from the first entry that is asked for.
   *
   * @throws {RunsError} `not_found`, `position_beyond_end`, `reader_lapsed`, `reader_replaced`.
   */
  async read(
    owner: string,
    runId: string,
    { after, readerId, signal }: ReadOptions,
  ): Promise<AsyncGenerator<LogEntry, void, undefined>> {
    const run = this.#find(owner, runId)
    const { end } = await run.log.status()
    if (after > end) {
      throw new RunsError('position_beyond_end', `Position ${after} is beyond the end of the run, ${end}.`)
    }
    const { windowChars, onFrameGap } = this.#options
    run.subscriptions += 1
    return followLog({
      log: run.log,
      lease: run.lease,
      after,
      readerId,
      signal,
      maxFrameChars: windowChars,
      scheduler: this.#scheduler,
      clock: this.#clock,
      onFrame(gapMs) {
        run.frames += 1
        if (gapMs !== undefined) onFrameGap?.(gapMs)
      },
    })
  }

  /**
   * Notes that a reader has rendered everything up to a position. Positions only move forward, and never beyond
   * what the reader was sent; an ack for a reader that is gone is ignored.
   *
   * @throws {RunsError} `not_found`.
   */
  async ack(
    owner: string,
    runId: string,
    { readerId, position }: { readerId: string; position: number },
  ): Promise<void> {
    this.#find(owner, runId).lease.ack(readerId, position)
  }

  /** Where the flow of a run stands. @throws {RunsError} `not_found`. */
  async inspect(owner: string, runId: string) {
    const { log, lease, paused } = this.#find(owner, runId)
    const { end, ended } = await log.status()
    return { end, ended, paused, readers: lease.readers, windowChars: this.#options.windowChars }
  }

  /** Ends a run with `done`, stop reason `stopped`. Idempotent. @throws {RunsError} `not_found`. */
  async stop(owner: string, runId: string): Promise<void> {
    this.#find(owner, runId).end(STOPPED)
  }

  /**
   * Starts no more runs, gives the live ones `drainMs` to end, and ends the rest with `error`, code
   * `interrupted`. Then gives readers `readerDrainMs` to receive what is left for them. Resolves when every run has
   * its end in its log. Both times default to 0.
   */
  async close({ drainMs = 0, readerDrainMs = 0 } = {}): Promise<void> {
    this.#closing = true
    await this.#within(drainMs, Promise.allSettled(this.#live))
    for (const run of this.#runs.values()) run.end(INTERRUPTED)
    await Promise.allSettled(this.#live)
    await this.#within(readerDrainMs, Promise.all([...this.#runs.values()].map(({ lease }) => lease.empty())))
    this.#retained.close()
  }

  async #within(ms: number, work: Promise<unknown>): Promise<void> {
    if (ms === 0) return
    const deadline = new Deadline(this.#clock)
    deadline.start(ms)
    await deadline.within(work)
    deadline.cancel()
  }

  #sum(of: (run: Run) => number): number {
    let sum = 0
    for (const run of this.#runs.values()) sum += of(run)
    return sum
  }

  #find(owner: string, runId: string): Run {
    const run = this.#runs.get(runId)
    if (run?.owner !== owner) throw notFound()
    return run
  }

  #ownerOf(runId: string): string | undefined {
    return this.#runs.get(runId)?.owner ?? this.#claims.ownerOf(runId)
  }

  async #onEnded(run: Run, tellCaller: StartOptions['onEnd']): Promise<void> {
    const { onEnd, onError } = this.#options
    let summary: RunSummary | undefined
    try {
      summary = await run.ended
      onEnd?.(summary)
    } catch (error) {
      onError?.(error, run.runId)
    } finally {
      this.#retained.add(run)
      tellCaller?.(summary)
    }
  }
}

/** The same words for unknown, expired and foreign runs, so that a caller cannot tell them apart. */
function notFound(): RunsError {
  return new RunsError('not_found', 'There is no such run.')
}
