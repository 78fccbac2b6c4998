/**
 * Runs: answers that are being written, and the readers that follow them. This package knows nothing of Claude, tRPC
 * or HTTP. A run has four parts.
 *
 * The **source** is an async iterable of events: one call to Claude. It reads from Claude only when it is pulled.
 *
 * The **pump** pulls the source and appends to the log. It is the only writer of a run, and it pulls at most once per
 * frame time, when two conditions hold: text has had time to gather, and the log is less than a window ahead of the
 * furthest reader. While it does not pull, the sockets fill up and Claude waits.
 *
 * The **log** is an append-only sequence of events with positions. It is the queue, the replay buffer and the record
 * of the answer at once. The end of a run is its last event, a `done` or an `error`, and is written exactly once.
 *
 * A **reader** follows the log from a position: its next frame is everything after that position, up to a window past
 * its last ack. A slow reader therefore needs no queue of its own, and a reconnect, a reload and a second tab are all
 * the same operation. A reader may have an id and acknowledge what it has rendered; without one it is limited only by
 * its transport.
 *
 * The **lease** of a run knows its readers and their acks. It tells the pump how far to read, and it ends the run
 * when the last reader has been gone for the grace. A reader with an id that sends no ack for `leaseMs` counts as
 * gone: a frozen tab or a dead connection costs at most one window.
 *
 * How an answer flows:
 *
 * 1. `Runs.start` claims the run id and starts a `Run`, which appends `start` and begins to pump. At most one window
 *    is read before the first reader comes.
 * 2. `Runs.read` opens a reader. It sends what the log has, then sleeps until the log grows. The pump's append wakes
 *    it, so a frame leaves in the tick of the pull that brought its text.
 * 3. `Runs.ack` moves the reader's limit, which wakes the reader if it waited for it, and the lease's demand, which
 *    wakes the pump if it waited for that.
 * 4. The source ends, or `Run.end` cuts the run short: a stop, no readers, the time limit, a shutdown. In the second
 *    case the pump pulls once more, for what the answer has cost, and the run appends its terminal event.
 * 5. The readers take what is left, and return. The ended run can still be read until it is removed, after `retainMs`
 *    or when ended runs take too much memory.
 *
 * A loop here never holds a timer or a listener of its own per frame. It has one `Sleeper`, which everything that can
 * change wakes; it then looks at the state again. Waits for the next frame go to the `FlushScheduler`, which has one
 * timer per tick for all runs.
 */
export { type Clock, systemClock } from './clock.ts'
export { type Log, type LogEntry } from './log.ts'
export { MemoryLog } from './memory-log.ts'
export { type ReadOptions, Runs, type RunsOptions, type StartOptions } from './runs.ts'
export { type RunSummary } from './run-summary.ts'
export { RunsError, type RunsErrorCode } from './runs-error.ts'
