import { isTextual, type RunEvent, type Source, type TerminalEvent } from '@sluice/events'
import type { Clock } from './clock.ts'
import type { FlushScheduler } from './flush-scheduler.ts'
import { Lease, type LeaseLimits } from './lease.ts'
import type { Log } from './log.ts'
import { MemoryLog } from './memory-log.ts'
import { pump } from './pump.ts'
import { ABANDONED, BROKEN_OFF, CRASHED, tookTooLong } from './run-ends.ts'
import type { RunRecords } from './run-records.ts'
import type { RunSummary } from './run-summary.ts'

export interface RunLimits extends LeaseLimits {
  /** Time limit of a run, in ms. Without it, pings could keep a dead stream alive forever. */
  readonly runMaxMs: number
}

export interface RunRequest {
  /** A UUID that the caller chose. Starting the same id again does nothing. */
  readonly runId: string
  readonly owner: string
  /** The requested model, for the `start` event. The end may name the one that answered. */
  readonly model: string
  readonly source: Source
  /** `abort` (default): the run ends after the grace without readers. `continue`: it goes on without them. */
  readonly onDisconnect?: 'abort' | 'continue' | undefined
}

export interface RunOptions extends Pick<RunRequest, 'runId' | 'owner' | 'onDisconnect'> {
  readonly log: Log
  readonly limits: RunLimits
  readonly clock: Clock
  /** Whether another process writes it. */
  readonly isCopy?: boolean
  /** Called when the run has ended, or is a copy, and then had no reader for `graceMs`. */
  readonly onUnread: () => void
}

export interface WriteOptions extends Pick<RunRequest, 'model' | 'source'> {
  readonly scheduler: FlushScheduler
  readonly records: Pick<RunRecords, 'end'>
  /** Called when the source throws. This is a bug, which readers see as the error `internal`. */
  readonly onSourceError: (error: unknown) => void
}

/** An answer for one owner, with its log and its readers. */
export class Run {
  readonly runId: string
  /** Changes when it is handed over. */
  owner: string
  readonly log: Log
  readonly lease: Lease
  readonly #limits: RunLimits
  readonly #clock: Clock
  readonly #abort = new AbortController()
  /** Set when the run is cut short: its terminal event, and its `chars` at that time. */
  #cut: { terminal: TerminalEvent; chars: number } | undefined
  /** The end of the log, while it is written. */
  #end = 0
  #chars = 0

  constructor({ runId, owner, onDisconnect, log, limits, clock, isCopy = false, onUnread }: RunOptions) {
    this.runId = runId
    this.owner = owner
    this.log = log
    this.#limits = limits
    this.#clock = clock
    this.lease = new Lease({
      clock,
      limits,
      keepWithoutReaders: onDisconnect === 'continue',
      onUnread: () => (this.lease.ended || isCopy ? onUnread() : this.end(ABANDONED)),
    })
  }

  /** A run that has ended, from its record: it is only read. */
  static recorded(events: readonly RunEvent[], options: Omit<RunOptions, 'log'>): Run {
    const run = new Run({ ...options, log: new MemoryLog(events) })
    run.#chars = charsOf(events)
    run.lease.end()
    return run
  }

  /** Adds what another process has written. */
  async append(events: readonly RunEvent[]): Promise<void> {
    this.#chars += charsOf(events)
    await this.log.append(events)
  }

  /** UTF-16 code units of text and thinking. */
  get chars(): number {
    return this.#chars
  }

  /** Whether Claude is not being read, because the readers are a window behind. */
  get paused(): boolean {
    return !this.lease.ended && this.lease.demand() <= this.#end
  }

  /**
   * Cuts the run short. It ends with `terminal` and the usage that the source reports, or with the source's own end if
   * that came first. Does nothing when the run has ended or is already being cut short.
   */
  end(terminal: TerminalEvent): void {
    this.#cut ??= { terminal, chars: this.#chars }
    this.#abort.abort()
  }

  /**
   * Writes the log from the source, with `start` before it and the terminal event after it, which is recorded first.
   * To be called once. Rejects only if the log fails.
   */
  async write({ model, source, scheduler, records, onSourceError }: WriteOptions): Promise<RunSummary> {
    const { runId, log, lease } = this
    const { signal } = this.#abort
    const { runMaxMs } = this.#limits
    const clock = this.#clock
    const startedAt = clock.now()
    const cancelTimeout = clock.after(runMaxMs, () => this.end(tookTooLong(runMaxMs)))
    let firstTextMs: number | undefined
    let own: TerminalEvent | undefined
    let thrown: { error: unknown } | undefined
    const onAppend = (events: readonly RunEvent[], end: number) => {
      this.#end = end
      this.#chars += charsOf(events)
      if (this.#chars > 0) firstTextMs ??= clock.now() - startedAt
    }
    try {
      await log.append([{ type: 'start', model, runId }])
      const items = source({ runId, signal, events: () => allOf(log) })
      own = await pump(items, { log, lease, scheduler, clock, signal, onAppend, onLateError: onSourceError })
    } catch (error) {
      thrown = { error }
    }
    cancelTimeout()
    let terminal = endOf(own, this.#cut?.terminal ?? (thrown ? CRASHED : undefined))
    try {
      // The only place that writes the end of a run. It is recorded first, so that no reader sees an end that a crash
      // takes back.
      terminal = await records.end({ runId, owner: this.owner, events: await allOf(log), terminal })
      await log.append([terminal])
    } finally {
      lease.end()
      // After the append, so that readers have the end even if this callback throws.
      if (thrown) onSourceError(thrown.error)
    }
    return {
      runId,
      owner: this.owner,
      model,
      terminal,
      usage: own?.usage,
      chars: this.#chars,
      charsAfterCut: this.#cut ? this.#chars - this.#cut.chars : 0,
      ms: clock.now() - startedAt,
      firstTextMs,
      subscriptions: lease.opened,
    }
  }
}

/** Everything in a log, neighbouring text merged. */
export async function allOf(log: Log): Promise<RunEvent[]> {
  return (await log.read(0, Number.MAX_SAFE_INTEGER)).map(({ event }) => event)
}

function charsOf(events: readonly RunEvent[]): number {
  return events.reduce((sum, event) => sum + (isTextual(event) ? event.text.length : 0), 0)
}

/** `own`: the end that the source reported. `cut`: the end that was set from outside. */
function endOf(own: TerminalEvent | undefined, cut: TerminalEvent | undefined): TerminalEvent {
  if (own === undefined) return cut ?? BROKEN_OFF
  // A source that had already finished by itself wins.
  if (cut === undefined || own.type === 'error' || own.stopReason !== 'stopped') return own
  const { usage, costUsd, model } = own
  return { ...cut, usage, costUsd, ...(model !== undefined && { model }) }
}
