import { isTextual, type RunEvent, type Source, type TerminalEvent } from '@sluice/events'
import type { Clock } from './clock.ts'
import type { FlushScheduler } from './flush-scheduler.ts'
import { Lease, type LeaseLimits } from './lease.ts'
import type { Log } from './log.ts'
import { pump } from './pump.ts'
import { ABANDONED, BROKEN_OFF, CRASHED, tookTooLong } from './run-ends.ts'
import type { RunSummary } from './run-summary.ts'

export interface RunLimits extends LeaseLimits {
  /** How long a run may take in all, in ms. Pings can keep a dead stream alive for ever. */
  readonly runMaxMs: number
}

export interface RunRequest {
  /** A UUID that the caller chose, so that starting twice is starting once. */
  readonly runId: string
  readonly owner: string
  /** Named in the `start` event until the source knows better. */
  readonly model: string
  readonly source: Source
  /** `abort` (default): ends without readers, after the grace. `continue`: goes on to its end without them. */
  readonly onDisconnect?: 'abort' | 'continue' | undefined
}

export interface RunOptions extends RunRequest {
  readonly log: Log
  readonly limits: RunLimits
  readonly scheduler: FlushScheduler
  readonly clock: Clock
  /** Called when the first text or thinking arrives, with the time since the start, in ms. */
  readonly onFirstText?: (ms: number) => void
  /** Called when the source throws: a bug in it, shown to readers as `internal`. */
  readonly onSourceError: (error: unknown) => void
}

/** One Claude call made for one owner: its log, its readers, and its one end. */
export class Run {
  readonly runId: string
  readonly owner: string
  readonly log: Log
  readonly lease: Lease
  /** Resolves once the terminal event is in the log. Rejects only if the log itself fails. */
  readonly ended: Promise<RunSummary>
  /** Frames of text sent so far, to all readers. */
  frames = 0
  /** Subscriptions so far, reconnects included. */
  subscriptions = 0
  readonly #abort = new AbortController()
  /** Set exactly when the run is aborted: what it ends with then, and its `chars` at that time. */
  #cut: { terminal: TerminalEvent; chars: number } | undefined
  /** How far the pump has written the log. */
  #end = 0
  #chars = 0

  constructor(options: RunOptions) {
    const { limits, clock } = options
    this.runId = options.runId
    this.owner = options.owner
    this.log = options.log
    this.lease = new Lease({
      clock,
      limits,
      keepWithoutReaders: options.onDisconnect === 'continue',
      onAbandoned: () => this.end(ABANDONED),
    })
    this.ended = this.#drive(options)
  }

  /**
   * Cuts the run short. It ends with `terminal`, and the usage that the source reports; or with the source's own end,
   * if it had one by then. Without effect on a run that is over or already being cut short.
   */
  end(terminal: TerminalEvent): void {
    this.#cut ??= { terminal, chars: this.#chars }
    this.#abort.abort()
  }

  /** UTF-16 code units of text and thinking. */
  get chars(): number {
    return this.#chars
  }

  /** Whether Claude is not being read, because the readers are a window behind. */
  get paused(): boolean {
    return !this.lease.ended && this.lease.demand() <= this.#end
  }

  async #drive(options: RunOptions): Promise<RunSummary> {
    const { runId, owner, model, source, log, limits, scheduler, clock, onFirstText, onSourceError } = options
    const { signal } = this.#abort
    const startedAt = clock.now()
    const cancelTimeout = clock.after(limits.runMaxMs, () => this.end(tookTooLong(limits.runMaxMs)))
    let firstTextMs: number | undefined
    let own: TerminalEvent | undefined
    let thrown: { error: unknown } | undefined
    const onAppend = (events: readonly RunEvent[], end: number) => {
      this.#end = end
      for (const event of events) if (isTextual(event)) this.#chars += event.text.length
      if (this.#chars === 0 || firstTextMs !== undefined) return
      firstTextMs = clock.now() - startedAt
      onFirstText?.(firstTextMs)
    }
    try {
      await log.append([{ type: 'start', model, runId }])
      own = await pump(source({ runId, signal }), {
        log,
        lease: this.lease,
        scheduler,
        clock,
        signal,
        onAppend,
        onLateError: onSourceError,
      })
    } catch (error) {
      thrown = { error }
    }
    cancelTimeout()
    this.lease.end()
    const terminal = endOf(own, this.#cut?.terminal ?? (thrown ? CRASHED : undefined))
    try {
      // The one place where a run's end is written.
      await log.append([terminal])
    } finally {
      // After the append: even if this callback throws, readers have their end.
      if (thrown) onSourceError(thrown.error)
    }
    return {
      runId,
      owner,
      model,
      terminal,
      usage: own?.usage,
      chars: this.#chars,
      charsAfterCut: this.#cut ? this.#chars - this.#cut.chars : 0,
      ms: clock.now() - startedAt,
      firstTextMs,
      frames: this.frames,
      subscriptions: this.subscriptions,
    }
  }
}

/** `own`: how the source ended. `cut`: how the run was ended from outside. */
function endOf(own: TerminalEvent | undefined, cut: TerminalEvent | undefined): TerminalEvent {
  if (own === undefined) return cut ?? BROKEN_OFF
  // A source that had finished by itself has the last word.
  if (cut === undefined || own.type === 'error' || own.stopReason !== 'stopped') return own
  const { usage, costUsd, model } = own
  return { ...cut, usage, costUsd, ...(model !== undefined && { model }) }
}
