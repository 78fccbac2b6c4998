import type { RunEvent } from './run-event.ts'

/**
 * The source of a run's events. Each item has the events that had arrived when it was pulled; the last item ends in
 * `done` or `error`. Nothing is read ahead of a pull.
 *
 * When `signal` aborts, the next item is the last: a `done` with stop reason `stopped` and the usage so far, or the
 * answer's own end if that came first. Expected failures are `error` events. A source that throws has a bug, and its
 * readers get the error `internal`.
 */
export type Source = (run: SourceRun) => AsyncIterable<readonly RunEvent[]>

/** The run that a source writes. */
export interface SourceRun {
  readonly runId: string
  readonly signal: AbortSignal
  /** Everything that was pulled before, and `start`; neighbouring text merged. */
  readonly events: () => Promise<RunEvent[]>
}
