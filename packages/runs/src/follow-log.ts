import { isTerminal, isTextual } from '@sluice/events'
import type { Clock } from './clock.ts'
import type { Reader } from './lease.ts'
import type { Log, LogEntry } from './log.ts'
import { RunsError } from './runs-error.ts'
import { nextFrame } from './pace.ts'

export interface FollowOptions {
  readonly log: Log
  readonly reader: Reader
  /** The position the reader has. */
  readonly after: number
  /** The most a frame may move the position. */
  readonly maxFrameChars: number
  /** The least time between two frames of text, in ms. */
  readonly frameMs: number
  readonly clock: Clock
  /** Told of every frame that has text, with the time since the one before it, in ms; undefined for the first. */
  readonly onFrame?: (gapMs: number | undefined) => void
}

/**
 * Everything that follows a position, until the log ends: the first frame at once, then at most one per
 * `frameMs`, each with all there is by then, text merged. A frame is one entry, or several where types meet.
 * A slow reader needs no queue: what it has not taken is still in the log.
 *
 * Ends when the log does or the reader is closed.
 *
 * @throws {RunsError} `reader_lapsed` or `reader_replaced` when the lease threw the reader out;
 * `position_beyond_end` when the log does not reach `after`.
 */
export async function* followLog(options: FollowOptions): AsyncGenerator<LogEntry, void, undefined> {
  const { log, reader, maxFrameChars, frameMs, clock, onFrame } = options
  const { signal } = reader
  let position = options.after
  // `start` alone does not use up the time of the first words.
  let textSentAt: number | undefined
  while (!signal.aborted) {
    await log.changed(position, signal)
    // Waited for only when there is something to send: the pump keeps the same pace, so mostly it is over.
    if (textSentAt !== undefined) await nextFrame(textSentAt, { clock, frameMs, signal })
    await reader.room(position)
    if (signal.aborted) break
    const frame = await log.read(position, Math.min(maxFrameChars, reader.allowance() - position))
    // Only at the end of an ended log: somebody resumed after its terminal event.
    if (frame.length === 0) return
    const sentAt = clock.now()
    const hasText = frame.some((entry) => isTextual(entry.event))
    if (hasText) {
      onFrame?.(textSentAt === undefined ? undefined : sentAt - textSentAt)
      textSentAt = sentAt
    }
    for (const entry of frame) {
      position = entry.position
      reader.sent(position)
      yield entry
      if (isTerminal(entry.event)) return
    }
  }
  if (signal.reason instanceof RunsError) throw signal.reason
}
