import type { RunEvent } from './run-event.ts'

/**
 * Where a run's events come from. Every item is what had arrived when it was asked for; the last one ends in
 * `done` or `error`. Nothing is read ahead of a pull.
 *
 * When `signal` aborts, the next item is the last: a `done` with stop reason `stopped` and the usage so far, or the
 * answer's own end where Claude had said it by then.
 * Expected failures are `error` events; a throw is a bug, and reaches the reader as `internal`.
 */
export type Source = (run: { runId: string; signal: AbortSignal }) => AsyncIterable<readonly RunEvent[]>
