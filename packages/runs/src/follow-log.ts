import { isTerminal, isTextual } from '@sluice/events'
import type { Clock } from './clock.ts'
import type { Reader } from './lease.ts'
import type { Log, LogEntry } from './log.ts'
import { RunsError } from './runs-error.ts'
import type { Pace } from './pace.ts'

export interface FollowOptions {
  readonly log: Log
  readonly reader: Reader
  /** The position the reader has. */
  readonly after: number
  /** The most a frame may move the position. */
  readonly maxFrameChars: number
  /** Of frames of text. */
  readonly pace: Pace
  readonly clock: Clock
  /** Told of every frame that has text, with the time since the one before it, in ms; undefined for the first. */
  readonly onFrame?: (gapMs: number | undefined) => void
}

/**
 * Everything that follows a position, until the log ends: the first frame at once, then at the
 * pace of frames, each with all there is by then, text merged. A frame is one entry, or several where types meet.
 * A slow reader needs no queue: what it has not taken is still in the log.
 *
 * Ends when the log does or the reader is closed.
 *
 * @throws {RunsError} `reader_lapsed` or `reader_replaced` when the lease threw the reader out;
 * `position_beyond_end` when the log does not reach `after`.
 */
export async function* followLog(options: FollowOptions): AsyncGenerator<LogEntry, void, undefined> {
  const { log, reader, maxFrameChars, pace, clock, onFrame } = options
  const { signal } = reader
  let position = options.after
  // `start` alone does not use up the time of the first words.
  let last: { since: number; upToDate: boolean } | undefined
  while (!signal.aborted) {
    await log.changed(position, signal)
    // Waited for only when there is something to send: the pump keeps the same pace, so mostly it is over.
    if (last !== undefined) await pace.gap(last, signal)
    await reader.room(position)
    if (signal.aborted) break
    const limit = Math.min(maxFrameChars, reader.allowance() - position)
    const frame = await log.read(position, limit)
    // Only at the end of an ended log: somebody resumed after its terminal event.
    if (frame.length === 0) return
    if (frame.some((entry) => isTextual(entry.event))) {
      const since = clock.now()
      onFrame?.(last && since - last.since)
      // No pair of surrogates is cut in two, so the last place of a frame may be left empty.
      last = { since, upToDate: (frame.at(-1)?.position ?? 0) - position < limit - 1 }
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
