/**
 * Runs: answers that are being written, and the readers that follow them. This package does not depend on Claude, tRPC
 * or HTTP. These are the parts of a run:
 *
 * The **source** is an async iterable of events: one call to Claude. It reads from Claude only when it is pulled.
 *
 * The **pump** pulls the source and appends to the log. It is the run's only writer. It pulls at most once per frame
 * time, and only while the log is less than a window ahead of the furthest reader. While it does not pull, the sockets
 * fill up and Claude waits.
 *
 * The **log** is an append-only sequence of events with positions. It is the queue, the replay buffer and the record
 * of the answer at once. Its last event is a `done` or an `error`, which is written exactly once.
 *
 * A **reader** follows the log from a position: its next frame is everything after that position, up to a window past
 * its last ack. So a slow reader needs no queue, and a reconnect, a reload and a second tab are the same operation. A
 * reader with an id acknowledges what it has rendered; a reader without one is limited only by its transport.
 *
 * The **lease** of a run keeps its readers and their acks. It tells the pump how far to read, and ends the run when
 * there has been no reader for `graceMs`. A reader with an id that sends no ack for `leaseMs` is removed, so a frozen
 * tab or a dead connection costs at most one window.
 *
 * How an answer flows:
 *
 * 1. `Runs.start` claims the run id in the `RunRecords` and starts a `Run`, which appends `start` and begins to pump.
 *    Before the first reader is open, it reads at most one window.
 * 2. `Runs.read` opens a reader. It sends what is in the log, then sleeps until the log grows. An append wakes it, so
 *    a frame is sent in the tick of the pull that brought its text.
 * 3. `Runs.ack` raises the reader's limit and the lease's demand. A reader that waits for its limit is woken, and so
 *    is a pump that waits for demand.
 * 4. The source ends, or `Run.end` cuts the run short: after a stop, without readers, at the time limit, at shutdown.
 *    A run that is cut short is pulled once more, for its usage and cost. Then its log and its end are recorded, and the
 *    terminal event is appended.
 * 5. The readers receive the rest and return. An ended run leaves the memory `graceMs` after its last reader. After
 *    that it is read from the records.
 *
 * The pump and each reader are loops with one `Sleeper`. Every change wakes it, and the loop checks the state again, so
 * a frame needs no listener. To wait for the next frame they use the `FlushScheduler`, which has one timer per tick for
 * all runs.
 */
export { type Clock, systemClock } from './clock.ts'
export { within } from './deadline.ts'
export { aloneInMemory, type CopiedRun, type LiveStore, type Message, type SharedRun } from './live-store.ts'
export { type Lease } from './lease.ts'
export { type Log, type LogEntry } from './log.ts'
export { MemoryLog } from './memory-log.ts'
export { type ReadOptions, Runs, type RunsOptions, type StartOptions } from './runs.ts'
export { INTERRUPTED, STOPPED } from './run-ends.ts'
export { type RecordedState, type RunRecords } from './run-records.ts'
export { type RunSummary } from './run-summary.ts'
export { Sleeper } from './sleeper.ts'
export { runNotFound, RunsError, type RunsErrorCode } from './runs-error.ts'
