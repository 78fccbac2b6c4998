import { isTerminal, isTextual } from '@sluice/events'
import type { Clock } from './clock.ts'
import type { FlushScheduler } from './flush-scheduler.ts'
import type { Lease, Reader } from './lease.ts'
import type { Log, LogEntry } from './log.ts'
import { INTERRUPTED } from './run-ends.ts'
import { Sleeper } from './sleeper.ts'

export interface FollowOptions {
  readonly log: Log
  readonly lease: Lease
  /** The position the reader has. */
  readonly after: number
  readonly readerId?: string | undefined
  /** Ends the reading. */
  readonly signal: AbortSignal
  /** The most a frame may move the position. */
  readonly maxFrameChars: number
  readonly scheduler: FlushScheduler
  readonly clock: Clock
  /** Called for every frame of text except the first, with the time since the one before it, in ms. */
  readonly onFrameGap?: ((ms: number) => void) | undefined
}

/**
 * Everything after a position, until the log ends or `signal` aborts. A reader that is up to date gets an append at
 * once: the pump appends text once per frame time. One that is behind gets one frame per frame time. A frame is one
 * entry, or several where types meet, with text merged. A slow reader needs no queue: what it has not taken is still
 * in the log.
 *
 * The reader holds the run from this call on, so an ack that follows it counts. It lets go when the generator ends,
 * or when `signal` aborts.
 *
 * @throws {RunsError} `reader_lapsed` or `reader_replaced` when the lease removed the reader.
 */
export function followLog(options: FollowOptions): AsyncGenerator<LogEntry, void, undefined> {
  const { lease, after, readerId, signal } = options
  // A reader that is gone must not replace a newer one.
  if (signal.aborted) return nothing()
  const sleeper = new Sleeper()
  const reader = lease.open({ readerId, position: after, wake: sleeper.wake })
  signal.addEventListener('abort', reader.close, { once: true })
  return entriesFor(reader, sleeper, options)
}

async function* nothing(): AsyncGenerator<LogEntry, void, undefined> {}

async function* entriesFor(
  reader: Reader,
  sleeper: Sleeper,
  { log, after, signal, maxFrameChars, scheduler, clock, onFrameGap }: FollowOptions,
): AsyncGenerator<LogEntry, void, undefined> {
  let position = after
  /** When the last frame of text was sent. */
  let sentAt: number | undefined
  /** The last frame did not reach the end of the log. */
  let isBehind = false
  const unwatch = log.watch(sleeper.wake)
  try {
    while (reader.isOpen()) {
      const limit = Math.min(maxFrameChars, reader.limit() - position)
      const { end, ended } = await log.status()
      if (ended && position >= end) {
        const [last] = await log.read(end - 1, 1)
        // When the process that wrote the run died, its readers may have had more of it than was kept.
        if (last?.event.type === 'error' && last.event.code === INTERRUPTED.code)
          yield { position: position + 1, event: last.event }
        return
      }
      if (position >= end || limit <= 0) {
        await sleeper.sleep()
        continue
      }
      if (isBehind && sentAt !== undefined && !scheduler.isDue(sentAt)) {
        scheduler.wakeAfter(sentAt, sleeper.wake)
        await sleeper.sleep()
        continue
      }
      const frame = await log.read(position, limit)
      if (frame.some((entry) => isTextual(entry.event))) {
        const now = clock.now()
        if (sentAt !== undefined) onFrameGap?.(now - sentAt)
        sentAt = now
      }
      isBehind = (frame.at(-1)?.position ?? position) < end
      for (const entry of frame) {
        position = entry.position
        reader.sent(position)
        yield entry
        if (isTerminal(entry.event)) return
      }
    }
    if (reader.reason) throw reader.reason
  } finally {
    signal.removeEventListener('abort', reader.close)
    unwatch()
    reader.close()
  }
}
