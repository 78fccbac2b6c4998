import { isTerminal, isTextual, type RunEvent, type TerminalEvent } from '@sluice/events'
import type { Clock } from './clock.ts'
import type { Lease } from './lease.ts'
import type { Log } from './log.ts'
import type { Pace } from './pace.ts'

/**
 * Where a run's events come from. Every item is what had arrived when it was asked for; the last one ends in
 * `done` or `error`. Nothing is read ahead of a pull.
 *
 * When `signal` aborts, the next item is the last: a `done` with stop reason `stopped` and the usage so far, or the
 * answer's own end where Claude had said it by then.
 * Expected failures are `error` events; a throw is a bug, and reaches the reader as `internal`.
 */
export type Source = (run: { runId: string; signal: AbortSignal }) => AsyncIterable<readonly RunEvent[]>

/** How long, in ms, a source that was aborted may take to hand over its last item. Ours take about 2. */
const SETTLE_MS = 1000

export interface PumpOptions {
  readonly log: Log
  readonly lease: Lease
  /** Of pulls, once text flows. */
  readonly pace: Pace
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Told how many characters were appended, each time there are any. */
  readonly onText?: (chars: number) => void
  /** Told what a source throws while it is put away, when the run no longer depends on it. */
  readonly onLateError: (error: unknown) => void
}

/**
 * Pulls from a source into a log: not at all while the log is a window ahead of its furthest reader, and at
 * most once per frame, so that what arrived in between is read in one go.
 *
 * Appends all but the terminal event, which it resolves to: undefined when the source ended without one, or
 * did not settle after an abort. @throws what the source throws.
 */
export async function pump(
  source: AsyncIterable<readonly RunEvent[]>,
  { log, lease, pace, clock, signal, onText, onLateError }: PumpOptions,
): Promise<TerminalEvent | undefined> {
  const iterator = source[Symbol.asyncIterator]()
  const { settled, stopWaiting } = impatience({ clock, signal, onLateError })
  let { end } = await log.status()
  let lastPull = false
  try {
    for (;;) {
      await lease.demandBeyond(end, signal)
      lastPull = signal.aborted
      const item = await settled(iterator.next())
      if (item === undefined || item.done === true) return undefined
      const pulledAt = clock.now()
      const terminal = item.value.find(isTerminal)
      const events = terminal === undefined ? item.value : item.value.slice(0, item.value.indexOf(terminal))
      if (events.length > 0) end = await log.append(events)
      const chars = events.reduce((sum, event) => sum + (isTextual(event) ? event.text.length : 0), 0)
      if (chars > 0) onText?.(chars)
      if (terminal !== undefined || lastPull) return terminal
      // Counted from when the pull ended, as a reader counts from its frame: so the two stay in step.
      if (chars > 0) await pace.tick(pulledAt, signal)
    }
  } finally {
    stopWaiting()
    // Not awaited: `return` on a generator that is still waiting hangs until it wakes.
    void iterator.return?.().catch(onLateError)
  }
}

/** Waits for pulls, but for none longer than `SETTLE_MS` after an abort: then it resolves to undefined. */
function impatience({ clock, signal, onLateError }: Pick<PumpOptions, 'clock' | 'signal' | 'onLateError'>) {
  let giveUp: ((value: undefined) => void) | undefined
  let cancel: (() => void) | undefined
  let gaveUp = false
  const onAbort = () => {
    cancel = clock.after(SETTLE_MS, () => {
      gaveUp = true
      giveUp?.(undefined)
    })
  }
  // Once for the run and not for each pull, of which there are twenty a second.
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return {
    settled: <T>(pending: Promise<T>) =>
      new Promise<T | undefined>((resolve, reject) => {
        giveUp = resolve
        // The second may be over before this pull began, if the log took its time.
        if (gaveUp) resolve(undefined)
        pending.then(resolve, (error: unknown) => (gaveUp ? onLateError(error) : reject(error)))
      }),
    stopWaiting: () => {
      cancel?.()
      signal.removeEventListener('abort', onAbort)
    },
  }
}
