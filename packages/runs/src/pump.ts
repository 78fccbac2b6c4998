import { isTerminal, isTextual, type RunEvent, type TerminalEvent } from '@sluice/events'
import type { Clock } from './clock.ts'
import type { FlushScheduler } from './flush-scheduler.ts'
import type { Lease } from './lease.ts'
import type { Log } from './log.ts'
import { Sleeper } from './sleeper.ts'

/** How long, in ms, a source that was aborted may take to hand over its last item. Ours take about 2. */
const SETTLE_MS = 1000

export interface PumpOptions {
  readonly log: Log
  readonly lease: Lease
  readonly scheduler: FlushScheduler
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Told after every append: how far the log goes, and how many characters of text were added. */
  readonly onAppend?: (end: number, chars: number) => void
  /** Told what a source throws while it is put away, when the run no longer depends on it. */
  readonly onLateError: (error: unknown) => void
}

/**
 * Pulls from a source into a log: not at all while the log is a window ahead of its furthest reader, and once text
 * flows at most once a beat, so that what arrived in between is read in one go.
 *
 * Appends all but the terminal event, which it resolves to: undefined when the source ended without one, or
 * did not settle after an abort. @throws what the source throws.
 */
export async function pump(
  source: AsyncIterable<readonly RunEvent[]>,
  { log, lease, scheduler, clock, signal, onAppend, onLateError }: PumpOptions,
): Promise<TerminalEvent | undefined> {
  const iterator = source[Symbol.asyncIterator]()
  const { settled, stopWaiting } = impatience({ clock, signal, onLateError })
  const sleeper = new Sleeper()
  const unwatch = lease.watch(sleeper.wake)
  signal.addEventListener('abort', sleeper.wake, { once: true })
  let { end } = await log.status()
  /** When the last pull ended that brought text. Its readers count from then too, and so stay in step. */
  let pulledAt: number | undefined
  try {
    for (;;) {
      while (!signal.aborted) {
        if (lease.demand() > end) {
          if (pulledAt === undefined || scheduler.isDue(pulledAt)) break
          scheduler.wakeAfter(pulledAt, sleeper.wake)
        }
        await sleeper.sleep()
      }
      const isLastPull = signal.aborted
      const item = await settled(iterator.next())
      if (item === undefined || item.done === true) return undefined
      const terminal = item.value.find(isTerminal)
      const events = terminal === undefined ? item.value : item.value.slice(0, item.value.indexOf(terminal))
      if (events.length > 0) {
        const now = clock.now()
        end = await log.append(events)
        const chars = events.reduce((sum, event) => sum + (isTextual(event) ? event.text.length : 0), 0)
        if (chars > 0) pulledAt = now
        onAppend?.(end, chars)
      }
      if (terminal !== undefined || isLastPull) return terminal
    }
  } finally {
    stopWaiting()
    unwatch()
    signal.removeEventListener('abort', sleeper.wake)
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
