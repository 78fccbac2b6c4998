import type { TerminalEvent } from '@sluice/events'
import { type Clock, systemClock } from './clock.ts'
import { within } from './deadline.ts'
import { FlushScheduler } from './flush-scheduler.ts'
import { followLog } from './follow-log.ts'
import type { Log, LogEntry } from './log.ts'
import { MemoryLog } from './memory-log.ts'
import { OneAtATime } from './one-at-a-time.ts'
import { INTERRUPTED, STOPPED, UNSTARTED } from './run-ends.ts'
import { allOf, Run, type RunLimits, type RunRequest } from './run.ts'
import type { RecordedState, RunClaim, RunRecords } from './run-records.ts'
import type { RunSummary } from './run-summary.ts'
import { runNotFound, RunsError } from './runs-error.ts'
import { Sleeper } from './sleeper.ts'

export interface RunsOptions extends RunLimits {
  /** Time between two pulls of a run, and between two frames to a reader, in ms. 0: no limit. */
  readonly frameMs: number
  /** Where run ids are claimed, and where runs are found that this process does not have. */
  readonly records: RunRecords
  /** Default: the system's clock. */
  readonly clock?: Clock
  /** Creates the log of a run. Default: in memory. */
  readonly createLog?: (runId: string) => Log
  /** Called when a run starts. */
  readonly onStart?: (run: { runId: string; owner: string; model: string }) => void
  /** Called for every frame of text except a subscription's first, with the time since the previous one, in ms. */
  readonly onFrameGap?: (ms: number) => void
  /** Called when a run has ended. */
  readonly onEnd?: (run: RunSummary) => void
  /** Called when a source threw or a log failed: a bug or an outage, not an expected failure. */
  readonly onError?: (error: unknown, runId: string) => void
}

export interface StartOptions extends RunRequest {
  /** Claims the run id in place of {@link RunRecords.claim}, e.g. together with something else that is stored. */
  readonly claim?: RunRecords['claim'] | undefined
  /** Called once when this run has ended; without a summary if its log failed. */
  readonly onEnd?: ((run: RunSummary | undefined) => void) | undefined
}

export interface ReadOptions {
  /** The reader's position; 0 for the beginning. It does not count as an ack. */
  readonly after: number
  /**
   * Puts the reader under flow control by acks. Without it only the transport limits the reader, and must abort
   * `signal` when the connection is dead.
   */
  readonly readerId?: string | undefined
  readonly signal: AbortSignal
}

/** How long, in ms, until the record of a run that is written elsewhere is looked at again. */
const LOOK_AGAIN_MS = 1000

/** Every run of this process, each visible to its owner only. */
export class Runs {
  readonly #options: RunsOptions
  readonly #clock: Clock
  readonly #scheduler: FlushScheduler
  /** Live runs, and those that have ended and are read or were read up to `graceMs` ago. */
  readonly #runs = new Map<string, Run>()
  /** By run id. Of two starts at once only one may ask the records. */
  readonly #starts = new OneAtATime()
  /** Each live run with a promise that resolves after its end callbacks. */
  readonly #live = new Map<Run, Promise<void>>()
  #closing = false

  constructor(options: RunsOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#scheduler = new FlushScheduler({ frameMs: options.frameMs, clock: this.#clock })
  }

  /** Number of runs that have not ended. */
  get live(): number {
    return this.#live.size
  }

  /** Number of runs in memory: live ones, and ended ones that have or had a reader. */
  get size(): number {
    return this.#runs.size
  }

  /** Number of open readers of all runs. */
  get readers(): number {
    return this.#sum((run) => run.lease.readers)
  }

  /** Number of live runs that do not read from Claude because their readers are a window behind. */
  get paused(): number {
    return this.#sum((run) => (run.paused ? 1 : 0))
  }

  /** Text of all runs in memory, in UTF-16 code units. */
  get chars(): number {
    return this.#sum((run) => run.chars)
  }

  /** Whether this owner has claimed this run id, so that starting it again would do nothing. */
  async has(owner: string, runId: string): Promise<boolean> {
    const run = await this.#lookUp(owner, runId)
    return run !== undefined && run !== 'unstarted'
  }

  /**
   * Claims a run id and starts the run; for the same owner and id again it does nothing, also when the run is gone.
   *
   * @returns whether this call started it.
   * @throws {RunsError} `not_found` when another owner has the id, `closing`, `unavailable`.
   */
  async start(options: StartOptions): Promise<{ created: boolean }> {
    const { owner, runId, model } = options
    return this.#starts.run(runId, async () => {
      const known = this.#runs.get(runId)
      if (known?.owner === owner) return { created: false }
      if (known) throw runNotFound()
      if (this.#closing) throw closing()
      return { created: await this.#claim({ owner, runId, model }, options) }
    })
  }

  /**
   * Follows a run from a position to its end. The reader holds the run once this resolves.
   *
   * A run that another process writes, or wrote until it died, is waited for, and read once its end is recorded.
   *
   * @throws {RunsError} `not_found`, `position_beyond_end`, `reader_lapsed`, `reader_replaced`, `unavailable`.
   */
  async read(
    owner: string,
    runId: string,
    options: ReadOptions,
  ): Promise<AsyncGenerator<LogEntry, void, undefined>> {
    const { after, readerId, signal } = options
    const run = await this.#find(owner, runId)
    if (run === 'elsewhere') return this.#readLater(owner, runId, options)
    const { log, lease } = run
    const { end, ended } = await log.status()
    if (ended && after >= end) {
      const [last] = await log.read(end - 1, 1)
      // When the process that wrote the run died, its readers may have had more of it than was recorded.
      if (last?.event.type === 'error' && last.event.code === INTERRUPTED.code)
        return only({ position: after + 1, event: last.event })
    }
    if (after > end) {
      throw new RunsError('position_beyond_end', `Position ${after} is beyond the end of the run, ${end}.`)
    }
    return followLog({
      log,
      lease,
      after,
      readerId,
      signal,
      maxFrameChars: this.#options.windowChars,
      scheduler: this.#scheduler,
      clock: this.#clock,
      onFrameGap: this.#options.onFrameGap,
    })
  }

  /**
   * Records that a reader has rendered everything up to a position. A position that is lower than the last ack, or an
   * ack for a reader that is gone, is ignored; one beyond what the reader was sent is reduced to that.
   *
   * @throws {RunsError} `not_found`.
   */
  async ack(
    owner: string,
    runId: string,
    { readerId, position }: { readerId: string; position: number },
  ): Promise<void> {
    const run = await this.#lookUp(owner, runId)
    if (run === undefined) throw runNotFound()
    if (run instanceof Run) run.lease.ack(readerId, position)
  }

  /** The state of a run's flow while it is in memory, for the lab. @throws {RunsError} `not_found`. */
  async inspect(owner: string, runId: string) {
    const run = this.#runs.get(runId)
    if (run?.owner !== owner) throw runNotFound()
    const { log, lease, paused } = run
    const { end, ended } = await log.status()
    return { end, ended, paused, readers: lease.readers, windowChars: this.#options.windowChars }
  }

  /**
   * Ends a run with `done`, stop reason `stopped`. Idempotent.
   *
   * @throws {RunsError} `not_found`; `unavailable` for a run that another process writes, or wrote until it died.
   */
  async stop(owner: string, runId: string): Promise<void> {
    const run = await this.#lookUp(owner, runId)
    if (run === undefined) throw runNotFound()
    if (run === 'elsewhere') throw elsewhere()
    if (run instanceof Run) run.end(STOPPED)
    // It may have been started instead.
    if (run === 'unstarted' && !(await this.#endUnstarted(owner, runId, STOPPED)))
      await this.stop(owner, runId)
  }

  /** Gives runs to another owner, live ones included, where they are in memory. The records are the caller's to change. */
  async adopt(runIds: readonly string[], owner: string): Promise<void> {
    for (const runId of runIds) {
      await this.#starts.settled(runId)
      const run = this.#runs.get(runId)
      if (run) run.owner = owner
    }
  }

  /**
   * Stops an owner's live runs, and forgets all of the owner's once they have ended. Readers that are there receive the
   * rest. The records are the caller's to change.
   */
  async forget(owner: string): Promise<void> {
    await this.#starts.allSettled()
    const runs = [...this.#runs.values()].filter((run) => run.owner === owner)
    for (const run of runs) run.end(STOPPED)
    await Promise.allSettled(runs.flatMap((run) => this.#live.get(run) ?? []))
    for (const run of runs) {
      run.lease.close()
      this.#runs.delete(run.runId)
    }
  }

  /**
   * Starts no more runs, gives live runs `drainMs` to end, and ends the rest with `error`, code `interrupted`. Then
   * gives readers `readerDrainMs` to receive the rest. Resolves when every run has its end in its log. Both times
   * default to 0.
   */
  async close({ drainMs = 0, readerDrainMs = 0 } = {}): Promise<void> {
    this.#closing = true
    await this.#starts.allSettled()
    // An orchestrator may kill the process before the runs have ended.
    const saving = drainMs > 0 ? this.#saveAll() : undefined
    if (drainMs > 0) await within(drainMs, Promise.allSettled(this.#live.values()), this.#clock)
    await saving
    for (const run of this.#live.keys()) run.end(INTERRUPTED)
    await Promise.allSettled(this.#live.values())
    const unread = Promise.all([...this.#runs.values()].map(({ lease }) => lease.empty()))
    if (readerDrainMs > 0) await within(readerDrainMs, unread, this.#clock)
    for (const { lease } of this.#runs.values()) lease.close()
  }

  #sum(of: (run: Run) => number): number {
    let sum = 0
    for (const run of this.#runs.values()) sum += of(run)
    return sum
  }

  async #claim(id: RunClaim, options: StartOptions): Promise<boolean> {
    const { owner, runId, model, source, onDisconnect, onEnd, claim } = options
    const { onStart, onError, createLog, records } = this.#options
    if (!(await (claim?.(id) ?? records.claim(id)))) return false
    const log = createLog?.(runId) ?? new MemoryLog()
    const run = new Run({ ...this.#optionsOf(owner, runId), log, onDisconnect })
    this.#runs.set(runId, run)
    const onSourceError = (error: unknown) => onError?.(error, runId)
    const written = run.write({ model, source, scheduler: this.#scheduler, records, onSourceError })
    this.#live.set(run, this.#onEnded(run, written, onEnd))
    onStart?.({ runId, owner, model })
    return true
  }

  #optionsOf(owner: string, runId: string) {
    const onUnread = () => this.#runs.delete(runId)
    return { owner, runId, limits: this.#options, clock: this.#clock, onUnread }
  }

  /**
   * A run of this owner: what this process has of it, or else what is recorded. Undefined for an unknown or a foreign
   * one. @throws {RunsError} `unavailable`.
   */
  async #lookUp(owner: string, runId: string): Promise<Run | RecordedState | undefined> {
    for (;;) {
      await this.#starts.settled(runId)
      const run = this.#runs.get(runId)
      if (run) return run.owner === owner ? run : undefined
      const state = await this.#options.records.stateOf(owner, runId)
      // Otherwise it was claimed meanwhile, or another reader has found it.
      if (!this.#starts.has(runId) && !this.#runs.has(runId)) return state
    }
  }

  /**
   * A run of this owner, to be read. One that is not in memory is taken from its record, as if it had just ended.
   *
   * @throws {RunsError} `not_found`, `unavailable`.
   */
  async #find(owner: string, runId: string): Promise<Run | 'elsewhere'> {
    for (;;) {
      const run = await this.#lookUp(owner, runId)
      if (run === undefined) throw runNotFound()
      if (run instanceof Run || run === 'elsewhere') return run
      if (run === 'unstarted') {
        await this.#endUnstarted(owner, runId, UNSTARTED)
        continue
      }
      const events = await this.#options.records.eventsOf(owner, runId)
      // Meanwhile it was removed, or another reader has found it.
      if (events === undefined || this.#runs.has(runId)) continue
      const recorded = Run.recorded(events, this.#optionsOf(owner, runId))
      this.#runs.set(runId, recorded)
      return recorded
    }
  }

  /** @returns false when the run is no longer `unstarted`. */
  async #endUnstarted(owner: string, runId: string, terminal: TerminalEvent): Promise<boolean> {
    const { records } = this.#options
    return this.#starts.run(runId, async () => {
      if (this.#runs.has(runId) || (await records.stateOf(owner, runId)) !== 'unstarted') return false
      const events = (await records.eventsOf(owner, runId)) ?? []
      await records.end({ runId, owner, events, terminal })
      return true
    })
  }

  /** Reads a run once its end is recorded. */
  async *#readLater(
    owner: string,
    runId: string,
    options: ReadOptions,
  ): AsyncGenerator<LogEntry, void, undefined> {
    const { signal } = options
    const sleeper = new Sleeper()
    signal.addEventListener('abort', sleeper.wake, { once: true })
    try {
      while (!signal.aborted) {
        const cancel = this.#clock.after(LOOK_AGAIN_MS, sleeper.wake)
        await sleeper.sleep()
        cancel()
        if (signal.aborted || (await this.#lookUp(owner, runId)) === 'elsewhere') continue
        yield* await this.read(owner, runId, options)
        return
      }
    } finally {
      signal.removeEventListener('abort', sleeper.wake)
    }
  }

  /** Records the events of all live runs so far. */
  async #saveAll(): Promise<void> {
    const save = async ({ runId, log }: Run) =>
      this.#options.records.save({ runId, events: await allOf(log) })
    // One that cannot be read must not keep the others from ending.
    await Promise.allSettled([...this.#live.keys()].map(save))
  }

  async #onEnded(run: Run, written: Promise<RunSummary>, onEndOfRun: StartOptions['onEnd']): Promise<void> {
    const { onEnd, onError } = this.#options
    let summary: RunSummary | undefined
    try {
      summary = await written
      onEnd?.(summary)
    } catch (error) {
      onError?.(error, run.runId)
    } finally {
      this.#live.delete(run)
      onEndOfRun?.(summary)
    }
  }
}

function closing(): RunsError {
  return new RunsError('closing', 'The server is restarting; try again in a moment.')
}

function elsewhere(): RunsError {
  return new RunsError(
    'unavailable',
    'The answer is being written by another server, or was by one that has gone.',
  )
}

async function* only(entry: LogEntry): AsyncGenerator<LogEntry, void, undefined> {
  yield entry
}
