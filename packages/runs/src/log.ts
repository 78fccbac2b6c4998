import type { RunEvent } from '@sluice/events'

/** An event and the position after it. */
export interface LogEntry {
  readonly position: number
  readonly event: RunEvent
}

/**
 * A run's append-only sequence of events: its queue, its replay buffer and its record.
 *
 * A text advances the position by its length in UTF-16 code units, whatever the type of its event. An event without
 * text advances it by 1. Text of one type has no inner boundaries: what was appended in ten pieces may be read in one,
 * and cut anywhere.
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

  /** The end of the log, and whether its terminal event is in it. */
  status(): Promise<{ end: number; ended: boolean }>

  /**
   * The entries after `after`, with neighbouring text merged, advancing the position by at most `limit` (≥ 1) in all.
   * Text is cut to fit, but not inside a surrogate pair if that can be avoided. Empty at the end of the log.
   *
   * @throws {RunsError} `position_beyond_end` when the log does not reach `after`.
   */
  read(after: number, limit: number): Promise<LogEntry[]>

  /** Calls `wake` after every append that moved the end, until the returned function is called. */
  watch(wake: () => void): () => void
}
