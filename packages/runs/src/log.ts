import type { RunEvent } from '@sluice/events'

/** An event and the position after it. */
export interface LogEntry {
  readonly position: number
  readonly event: RunEvent
}

/**
 * A run's append-only sequence of events: its queue, its replay buffer and its record.
 *
 * Positions count UTF-16 code units of text, of any type of event, and 1 for an event without text. Text of one type has no inner
 * boundaries: what was appended in ten pieces may be read in one, and cut anywhere.
 *
 * One writer appends; any number of readers read. Every implementation must pass `logContract`
 * (`@sluice/runs/testing`).
 */
export interface Log {
  /**
   * Adds events in order and resolves to the new end. A `done` or `error` event ends the log.
   *
   * @throws {RunsError} `log_ended` when the log has ended, or when anything follows a terminal event in
   * `events`; then nothing of `events` is added.
   */
  append(events: readonly RunEvent[]): Promise<number>

  /** How far the log goes now, and whether its terminal event is in. */
  status(): Promise<{ end: number; ended: boolean }>

  /**
   * What follows `after`, neighbouring text merged, moving the position by at most `limit` (≥ 1) in all.
   * Text is cut to fit, not through a surrogate pair where there is a choice. Empty when there is nothing.
   *
   * @throws {RunsError} `position_beyond_end` when the log does not reach `after`.
   */
  read(after: number, limit: number): Promise<LogEntry[]>

  /** Calls `wake` after every append that moved the end, until the returned function is called. */
  watch(wake: () => void): () => void
}
