import { isTerminal, isTextual, type RunEvent, type TerminalEvent } from '@sluice/events'
import type { Clock } from './clock.ts'
import { Deadline } from './deadline.ts'
import type { FlushScheduler } from './flush-scheduler.ts'
import type { Lease } from './lease.ts'
import type { Log } from './log.ts'
import { Sleeper } from './sleeper.ts'

/** How long a source may take after an abort to yield its last item, in ms. Ours takes about 2. */
const LAST_PULL_MS = 1000

export interface PumpOptions {
  readonly log: Log
  readonly lease: Lease
  readonly scheduler: FlushScheduler
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Called after every append with the added events and the new end of the log. */
  readonly onAppend?: (events: readonly RunEvent[], end: number) => void
  /** Called with an error that the source throws when the pump no longer waits for it. */
  readonly onLateError: (error: unknown) => void
}

/**
 * Pulls events from a source into a log. It waits while the log is a window ahead of its furthest reader. Once text
 * flows it pulls at most once per frame time, so that one pull gets everything that arrived in between.
 *
 * After an abort it pulls once more, because the source then reports the usage and cost so far.
 *
 * Appends everything except the terminal event.
 *
 * @returns the terminal event; undefined when the source ended without one, or took longer than `LAST_PULL_MS` after an
 * abort.
 * @throws any error of the source.
 */
export async function pump(
  source: AsyncIterable<readonly RunEvent[]>,
  { log, lease, scheduler, clock, signal, onAppend, onLateError }: PumpOptions,
): Promise<TerminalEvent | undefined> {
  const iterator = source[Symbol.asyncIterator]()
  const sleeper = new Sleeper()
  const deadline = new Deadline(clock)
  const onAbort = () => {
    sleeper.wake()
    deadline.start(LAST_PULL_MS)
  }
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  const unwatch = lease.watch(sleeper.wake)
  /** When text was last pulled. Readers that are up to date are sent it in the same tick. */
  let pulledAt: number | undefined
  try {
    let { end } = await log.status()
    for (;;) {
      const isLastPull = signal.aborted
      if (!isLastPull && lease.demand() <= end) {
        await sleeper.sleep()
        continue
      }
      if (!isLastPull && pulledAt !== undefined && !scheduler.isDue(pulledAt)) {
        scheduler.wakeAfter(pulledAt, sleeper.wake)
        await sleeper.sleep()
        continue
      }
      const pull = iterator.next()
      const item = await deadline.within(pull)
      if (item === undefined) void pull.catch(onLateError)
      if (item === undefined || item.done === true) return undefined
      const terminal = item.value.find(isTerminal)
      const events = terminal === undefined ? item.value : item.value.slice(0, item.value.indexOf(terminal))
      if (events.length > 0) {
        if (events.some(isTextual)) pulledAt = clock.now()
        end = await log.append(events)
        onAppend?.(events, end)
      }
      if (terminal !== undefined || isLastPull) return terminal
    }
  } finally {
    deadline.cancel()
    unwatch()
    signal.removeEventListener('abort', onAbort)
    // Not awaited: `return` on a generator resolves only after its pending `next`.
    void iterator.return?.().catch(onLateError)
  }
}
