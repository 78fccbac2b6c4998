import type { DoneEvent, ErrorEvent, Source, TerminalEvent } from '@sluice/events'
import type { Clock } from './clock.ts'
import type { FlushScheduler } from './flush-scheduler.ts'
import { Lease } from './lease.ts'
import type { Log } from './log.ts'
import { pump } from './pump.ts'
import type { EndCause, RunSummary } from './run-summary.ts'

export interface RunLimits {
  /** How far a reader is sent beyond its ack, and Claude read beyond the furthest reader. UTF-16 code units. */
  readonly windowChars: number
  /** How long a run goes on without a reader. */
  readonly graceMs: number
  /** How long a flow-controlled reader may go without an ack. */
  readonly leaseMs: number
  /** How long a run may take in all. */
  readonly runMaxMs: number
}

export interface RunOptions {
  readonly runId: string
  readonly owner: string
  /** Named in the `start` event until the source knows better. */
  readonly model: string
  readonly source: Source
  /** `abort` (default): nobody reads, nobody pays. `continue`: goes on to its end whoever reads. */
  readonly onDisconnect?: 'abort' | 'continue' | undefined
  readonly log: Log
  readonly limits: RunLimits
  readonly scheduler: FlushScheduler
  readonly clock: Clock
  /** Told when the first text or thinking arrives, and how long that took, in ms. */
  readonly onFirstText?: (ms: number) => void
  /** Told of a source that threw: a bug in it, shown to readers as `internal`. */
  readonly onSourceError: (error: unknown) => void
}

/** One Claude call made for one owner: its log, who holds it, and its one end. */
export class Run {
  readonly runId: string
  readonly owner: string
  readonly log: Log
  readonly lease: Lease
  /** Resolves once the terminal event is in the log. Rejects only if the log itself fails. */
  readonly ended: Promise<RunSummary>
  readonly #cut = new AbortController()
  /** Set exactly when `#cut` is aborted. */
  #cause: EndCause | undefined
  /** How far the log goes, while the pump writes it. */
  #pumpedTo: number | undefined
  #chars = 0
  #charsAtCut: number | undefined
  #firstTextMs: number | undefined
  #frames = 0
  #subscriptions = 0

  constructor(options: RunOptions) {
    const { limits, clock } = options
    this.runId = options.runId
    this.owner = options.owner
    this.log = options.log
    this.lease = new Lease({
      clock,
      windowChars: limits.windowChars,
      graceMs: limits.graceMs,
      leaseMs: limits.leaseMs,
      keepWithoutReaders: options.onDisconnect === 'continue',
      onAbandoned: () => this.end('abandoned'),
    })
    this.ended = this.#drive(options)
  }

  /** Cuts the run short. Without effect on one that has ended, or is being cut short already. */
  end(cause: EndCause): void {
    this.#cause ??= cause
    this.#charsAtCut ??= this.#chars
    this.#cut.abort()
  }

  /** UTF-16 code units of text kept. */
  get chars(): number {
    return this.#chars
  }

  /** Whether Claude is not read just now, since the readers have enough. */
  get paused(): boolean {
    return this.#pumpedTo !== undefined && this.lease.demand() <= this.#pumpedTo
  }

  subscribed(): void {
    this.#subscriptions += 1
  }

  sentFrame(): void {
    this.#frames += 1
  }

  async #drive(options: RunOptions): Promise<RunSummary> {
    const { runId, owner, model, source, log, limits, scheduler, clock, onFirstText, onSourceError } = options
    const { signal } = this.#cut
    const startedAt = clock.now()
    const cancelTimeout = clock.after(limits.runMaxMs, () => this.end('timeout'))
    let own: TerminalEvent | undefined
    let thrown: { error: unknown } | undefined
    try {
      await log.append([{ type: 'start', model, runId }])
      own = await pump(source({ runId, signal }), {
        log,
        lease: this.lease,
        scheduler,
        clock,
        signal,
        onAppend: (end, chars) => {
          this.#pumpedTo = end
          this.#chars += chars
          if (chars === 0 || this.#firstTextMs !== undefined) return
          this.#firstTextMs = clock.now() - startedAt
          onFirstText?.(this.#firstTextMs)
        },
        onLateError: onSourceError,
      })
    } catch (error) {
      thrown = { error }
      // What throws after the cut may well throw because of it: the cause of the cut says more.
      if (this.#cause === undefined) own = failure('internal', 'Something went wrong on our side.')
    } finally {
      cancelTimeout()
      this.#pumpedTo = undefined
      this.lease.end()
    }
    const terminal = terminalOf(own, this.#cause, limits)
    // The one place where a run's end is written: whatever happened, exactly one.
    try {
      await log.append([terminal])
    } finally {
      // Told only now: whatever whoever hears of it does, readers have their end.
      if (thrown) onSourceError(thrown.error)
    }
    return {
      runId,
      owner,
      model,
      terminal,
      cause: this.#cause,
      usage: own?.usage,
      chars: this.#chars,
      charsAfterCut: this.#chars - (this.#charsAtCut ?? this.#chars),
      ms: clock.now() - startedAt,
      firstTextMs: this.#firstTextMs,
      frames: this.#frames,
      subscriptions: this.#subscriptions,
    }
  }
}

function terminalOf(
  own: TerminalEvent | undefined,
  cause: EndCause | undefined,
  limits: RunLimits,
): TerminalEvent {
  // A source that had finished when the run was cut short has the last word.
  if (own !== undefined && !(own.type === 'done' && own.stopReason === 'stopped')) return own
  switch (cause) {
    case 'stopped':
      return own ?? STOPPED_WITHOUT_USAGE
    case 'abandoned':
      return failure('abandoned', 'Nobody was reading the answer any more, so it was ended.', own)
    case 'timeout':
      return failure(
        'upstream_timeout',
        `The answer took longer than the limit of ${Math.round(limits.runMaxMs / 1000)} seconds.`,
        own,
      )
    case 'interrupted':
      return failure('interrupted', 'The server was restarted in the middle of the answer.', own)
    case undefined:
      return own ?? failure('upstream_interrupted', 'The answer broke off before its end.')
    default:
      return cause satisfies never
  }
}

/** `spent`: the source's own end, which knows what it had used when it was cut short. */
function failure(code: ErrorEvent['code'], message: string, spent?: TerminalEvent): ErrorEvent {
  const { usage, costUsd, model } = spent ?? {}
  return {
    type: 'error',
    code,
    message,
    retryable: true,
    ...(usage && { usage, costUsd }),
    ...(model !== undefined && { model }),
  }
}

const STOPPED_WITHOUT_USAGE: DoneEvent = {
  type: 'done',
  stopReason: 'stopped',
  usage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: true },
  costUsd: null,
}
