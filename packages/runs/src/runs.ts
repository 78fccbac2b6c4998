import type { TerminalEvent } from '@sluice/events'
import { type Clock, systemClock } from './clock.ts'
import { CopiedRuns } from './copied-runs.ts'
import { within } from './deadline.ts'
import { FlushScheduler } from './flush-scheduler.ts'
import { followLog } from './follow-log.ts'
import { aloneInMemory, type LiveStore, type Message } from './live-store.ts'
import type { Log, LogEntry } from './log.ts'
import { MemoryLog } from './memory-log.ts'
import { OneAtATime } from './one-at-a-time.ts'
import { INTERRUPTED, STOPPED, UNSTARTED } from './run-ends.ts'
import { allOf, Run, type RunLimits, type RunRequest } from './run.ts'
import type { RecordedState, RunClaim, RunRecords } from './run-records.ts'
import type { RunSummary } from './run-summary.ts'
import { runNotFound, RunsError, runsClosing } from './runs-error.ts'

export interface RunsOptions extends RunLimits {
  /** Time between two pulls of a run, and between two frames to a reader, in ms. 0: no limit. */
  readonly frameMs: number
  /** Where run ids are claimed, and where runs are found that this process does not have. */
  readonly records: RunRecords
  /** Shares live runs with other processes. Default: there are none. */
  readonly live?: LiveStore | undefined
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

/** How long a start may be repeated whose claim may have been stored, in ms. */
const DOUBTFUL_MS = 20_000

/** Runs, each visible to its owner only: those that this process writes, and those of others, as the live store has them. */
export class Runs {
  readonly #options: RunsOptions
  readonly #store: LiveStore
  readonly #clock: Clock
  readonly #scheduler: FlushScheduler
  /**
   * Live runs that this process writes, copies of those that others write, and runs that have ended: these and the
   * copies while they are read, and `graceMs` longer.
   */
  readonly #runs = new Map<string, Run>()
  /** By run id. Of two starts at once only one may ask the records. */
  readonly #starts = new OneAtATime()
  /** Each live run that this process writes, with a promise that resolves after its end callbacks. */
  readonly #writing = new Map<Run, Promise<void>>()
  /** Live runs that other processes write. */
  readonly #copies: CopiedRuns
  /** By run id: cancels the end of a claim that may have been stored. */
  readonly #doubtful = new Map<string, () => void>()
  /** No more runs are started. */
  #closing = false

  constructor(options: RunsOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#store = options.live ?? aloneInMemory
    this.#store.listen((message) => this.#hear(message))
    this.#copies = new CopiedRuns({
      live: this.#store,
      records: options.records,
      clock: this.#clock,
      onForgotten: ({ runId }) => this.#runs.delete(runId),
      onError: options.onError,
    })
    this.#scheduler = new FlushScheduler({ frameMs: options.frameMs, clock: this.#clock })
  }

  /** Number of runs that this process writes and that have not ended. */
  get live(): number {
    return this.#writing.size
  }

  /** Number of runs in memory: live ones, copies, and ended ones that have or had a reader. */
  get size(): number {
    return this.#runs.size
  }

  /** Number of live runs of other processes that are copied here. */
  get copied(): number {
    return this.#copies.size
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
   * @throws {RunsError} `not_found` when another owner has the id, `closing`, `unavailable`: nothing is paid.
   */
  async start(options: StartOptions): Promise<{ created: boolean }> {
    const { owner, runId, model } = options
    return this.#starts.run(runId, async () => {
      const known = this.#runs.get(runId)
      if (known?.owner === owner) return { created: false }
      if (known) throw runNotFound()
      this.requireOpen()
      return { created: await this.#claim({ owner, runId, model }, options) }
    })
  }

  /** @throws {RunsError} `closing` when no more runs are started here. */
  requireOpen(): void {
    if (this.#closing) throw runsClosing()
  }

  /**
   * Follows a run from a position to its end. The reader holds the run once this resolves.
   *
   * A run that another process writes is copied from the live store. Where that has nothing of it, its reader waits until
   * its end is recorded. A position beyond what has been copied waits too.
   *
   * @throws {RunsError} `not_found`, `position_beyond_end`, `reader_lapsed`, `reader_replaced`, `unavailable`,
   * `closing`.
   */
  async read(
    owner: string,
    runId: string,
    options: ReadOptions,
  ): Promise<AsyncGenerator<LogEntry, void, undefined>> {
    const { after, readerId, signal } = options
    const run = await this.#find(owner, runId)
    const { log, lease } = run
    const { end, ended } = await log.status()
    // A reader may have had more of a copied run than was kept when the process that wrote it died.
    const mayBeBeyond = ended ? await wasInterrupted(log) : this.#copies.has(run)
    if (after > end && !mayBeBeyond) {
      throw new RunsError('position_beyond_end', `Position ${after} is beyond the end of the run, ${end}.`)
    }
    const entries = followLog({
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
    // It is open, so it hears the answer.
    if (readerId !== undefined && !signal.aborted) this.#store.tell({ type: 'opened', runId, readerId })
    return entries
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
    if (!(await this.#owns(owner, runId))) throw runNotFound()
    if (this.#runs.get(runId)?.lease.ack(readerId, position) !== true)
      this.#store.tell({ type: 'ack', runId, readerId, position })
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
   * @throws {RunsError} `not_found`; `unavailable` for a run of another process that cannot be told.
   */
  async stop(owner: string, runId: string): Promise<void> {
    const run = await this.#lookUp(owner, runId)
    if (run === undefined) throw runNotFound()
    if (run === 'ended') return
    if (run === 'elsewhere' || (run instanceof Run && this.#copies.has(run))) return this.#store.stop(runId)
    if (run instanceof Run) return run.end(STOPPED)
    // It may have been started instead.
    if (!(await this.#endUnstarted(owner, runId, STOPPED))) await this.stop(owner, runId)
  }

  /** Gives runs to another owner, live ones included, where they are in memory. The records are the caller's to change. */
  async adopt(runIds: readonly string[], owner: string): Promise<void> {
    this.#store.tell({ type: 'adopt', runIds, owner })
    await this.#adopt(runIds, owner)
  }

  /**
   * Stops an owner's live runs, and forgets all of the owner's once they have ended; other processes do so a little
   * later. Readers that are there receive the rest. The records are the caller's to change.
   *
   * @param unfinished ids of runs that are known to be live. Those of other processes stop even if one does not hear it.
   */
  async forget(owner: string, unfinished: readonly string[] = []): Promise<void> {
    this.#store.tell({ type: 'forget', owner })
    await Promise.allSettled([this.#forget(owner), ...unfinished.map((runId) => this.#store.stop(runId))])
  }

  /**
   * Starts no more runs, gives live runs `drainMs` to end, and ends the rest with `error`, code `interrupted`. Until
   * then runs of other processes can be read here; now their readers are sent away with `closing`. Then gives readers
   * `readerDrainMs` to receive the rest. Resolves when every run has its end in its log. Both times default to 0.
   */
  async close({ drainMs = 0, readerDrainMs = 0 } = {}): Promise<void> {
    this.#closing = true
    await this.#starts.allSettled()
    for (const cancel of this.#doubtful.values()) cancel()
    // An orchestrator may kill the process before the runs have ended.
    const saving = drainMs > 0 ? this.#saveAll() : undefined
    if (drainMs > 0) await within(drainMs, Promise.allSettled(this.#writing.values()), this.#clock)
    await saving
    for (const run of this.#writing.keys()) run.end(INTERRUPTED)
    await Promise.allSettled(this.#writing.values())
    this.#copies.close()
    const unread = Promise.all([...this.#runs.values()].map(({ lease }) => lease.empty()))
    if (readerDrainMs > 0) await within(readerDrainMs, unread, this.#clock)
    for (const { lease } of this.#runs.values()) lease.close()
  }

  /** Applies what another process tells. */
  #hear(message: Message): void {
    switch (message.type) {
      case 'opened': {
        const { runId, readerId } = message
        const position = this.#runs.get(runId)?.lease.replace(readerId)
        if (position !== undefined) this.#store.tell({ type: 'ack', runId, readerId, position })
        return
      }
      case 'ack':
        this.#runs.get(message.runId)?.lease.ack(message.readerId, message.position)
        return
      case 'stop':
        return void this.#end(message.runId, STOPPED)
      case 'ended':
        return void this.#end(message.runId, INTERRUPTED)
      case 'adopt':
        return void this.#adopt(message.runIds, message.owner)
      case 'forget':
        return void this.#forget(message.owner)
      default:
        message satisfies never
    }
  }

  async #end(runId: string, terminal: TerminalEvent): Promise<void> {
    // Others see a claim in the records before its start goes on here.
    await this.#starts.settled(runId)
    const run = this.#runs.get(runId)
    if (run && this.#writing.has(run)) run.end(terminal)
  }

  async #adopt(runIds: readonly string[], owner: string): Promise<void> {
    for (const runId of runIds) {
      await this.#starts.settled(runId)
      const run = this.#runs.get(runId)
      if (run) run.owner = owner
    }
  }

  async #forget(owner: string): Promise<void> {
    await this.#starts.allSettled()
    const runs = [...this.#runs.values()].filter((run) => run.owner === owner && !this.#copies.has(run))
    for (const run of runs) run.end(STOPPED)
    await Promise.allSettled(runs.flatMap((run) => this.#writing.get(run) ?? []))
    for (const run of runs) {
      run.lease.close()
      this.#runs.delete(run.runId)
    }
  }

  #sum(of: (run: Run) => number): number {
    let sum = 0
    for (const run of this.#runs.values()) sum += of(run)
    return sum
  }

  async #claim(id: RunClaim, options: StartOptions): Promise<boolean> {
    const { owner, runId, model, source, onDisconnect, onEnd, claim } = options
    const { onStart, onError, createLog, records } = this.#options
    await this.#store.ready()
    try {
      if (!(await (claim?.(id) ?? records.claim(id)))) return false
    } catch (error) {
      if (error instanceof RunsError && error.code === 'unavailable') this.#endLater(owner, runId)
      throw error
    }
    const log = createLog?.(runId) ?? new MemoryLog()
    const run = new Run({ ...this.#optionsOf(owner, runId), log, onDisconnect })
    this.#runs.set(runId, run)
    this.#store.share(run)
    const onSourceError = (error: unknown) => onError?.(error, runId)
    const written = run.write({ model, source, scheduler: this.#scheduler, records, onSourceError })
    this.#writing.set(run, this.#onEnded(run, written, onEnd))
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
      if (run?.owner === owner) return run
      if (run) return this.#handedOver(owner, run)
      const state = await this.#options.records.stateOf(owner, runId)
      // Otherwise it was claimed meanwhile, or another reader has found it.
      if (!this.#starts.has(runId) && !this.#runs.has(runId)) return state
    }
  }

  /** Another process may have handed a run over, and the message have been lost: the records know. */
  async #handedOver(owner: string, run: Run): Promise<Run | undefined> {
    if ((await this.#options.records.stateOf(owner, run.runId)) === undefined) return undefined
    run.owner = owner
    return run
  }

  /** Whether a run is this owner's. Asks the records last, because every ack asks. @throws {RunsError} `unavailable`. */
  async #owns(owner: string, runId: string): Promise<boolean> {
    await this.#starts.settled(runId)
    const known = this.#runs.get(runId)?.owner ?? (await this.#store.ownerOf(runId))
    // The store may not have heard that the run was handed over.
    return known === owner || (await this.#lookUp(owner, runId)) !== undefined
  }

  /**
   * A run of this owner, to be read. One that is not in memory is copied, or taken from its record, as if it had just
   * ended.
   *
   * @throws {RunsError} `not_found`, `unavailable`.
   */
  async #find(owner: string, runId: string): Promise<Run> {
    for (;;) {
      const run = await this.#lookUp(owner, runId)
      if (run === undefined) throw runNotFound()
      if (run instanceof Run) return run
      if (run === 'elsewhere') {
        const copy = this.#copies.start(this.#optionsOf(owner, runId))
        this.#runs.set(runId, copy)
        return copy
      }
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

  /**
   * Ends a run whose claim may have been stored though the answer was lost, if it is not started again: readers in other
   * processes wait for it, and only this one knows that nobody writes it.
   */
  #endLater(owner: string, runId: string): void {
    if (this.#closing || this.#doubtful.has(runId)) return
    const cancel = this.#clock.after(DOUBTFUL_MS, () => {
      this.#doubtful.delete(runId)
      this.#endUnstarted(owner, runId, UNSTARTED).catch(() => this.#endLater(owner, runId))
    })
    this.#doubtful.set(runId, cancel)
  }

  /** Records the events of all live runs so far. */
  async #saveAll(): Promise<void> {
    const save = async ({ runId, log }: Run) =>
      this.#options.records.save({ runId, events: await allOf(log) })
    // One that cannot be read must not keep the others from ending.
    await Promise.allSettled([...this.#writing.keys()].map(save))
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
      this.#writing.delete(run)
      onEndOfRun?.(summary)
    }
  }
}

/** Whether the log ended because its process died, or was restarted. */
async function wasInterrupted(log: Log): Promise<boolean> {
  const { end } = await log.status()
  const [last] = await log.read(end - 1, 1)
  return last?.event.type === 'error' && last.event.code === INTERRUPTED.code
}
