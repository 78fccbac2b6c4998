import type { RunEvent } from '@sluice/events'
import type { Lease } from './lease.ts'
import type { Log } from './log.ts'
import { RunsError } from './runs-error.ts'

/** A run that this process writes, as it is shared with the others. */
export interface SharedRun {
  readonly runId: string
  /** Changes when the run is handed over. */
  readonly owner: string
  readonly log: Log
  /** Held by the readers of other processes as well: one reader for each process that has some. */
  readonly lease: Lease
}

/** A run that another process writes, as it is copied. */
export interface CopiedRun {
  readonly runId: string
  /** The position to go on from. */
  readonly after: number
  /** The readers in this process. The writing process is told how far they are, and whether there are any. */
  readonly lease: Lease
  /** Ends the copying. */
  readonly signal: AbortSignal
}

/** What one process tells all others. Each applies it to the runs that it writes or copies. */
export type Message =
  /** A reader has opened. An earlier one with its id is replaced, and the process that had it tells its last ack. */
  | { readonly type: 'opened'; readonly runId: string; readonly readerId: string }
  | { readonly type: 'ack'; readonly runId: string; readonly readerId: string; readonly position: number }
  | { readonly type: 'stop'; readonly runId: string }
  /** Another process has ended the run, because it took the one that writes it for dead. */
  | { readonly type: 'ended'; readonly runId: string }
  | { readonly type: 'adopt'; readonly runIds: readonly string[]; readonly owner: string }
  | { readonly type: 'forget'; readonly owner: string }

/**
 * How the processes that serve one deployment share their live runs. Each run is written by one process for its whole
 * life. The others copy its log, as far as they have readers for it, and tell the writing process how far these are.
 *
 * What is in a live store may be lost at any time. Claims and ends are in the `RunRecords`, where the end of a run is
 * decided; without the store, a reader elsewhere waits for that. Every implementation must pass `runsContract`
 * (`@sluice/runs/testing`).
 */
export interface LiveStore {
  /** Called once. `hear` is called with what other processes tell. */
  listen(hear: (message: Message) => void): void

  /** Resolves if a run that starts now can be shared. @throws {RunsError} `unavailable`. */
  ready(): Promise<void>

  /**
   * Shares a run from the beginning of its log to its end, or until its lease says that it has ended, because a log may
   * fail. Never throws, and waits for nothing.
   */
  share(run: SharedRun): void

  /**
   * The events after a position as another process writes them. It returns after the terminal event, and whenever it
   * cannot go on: then the records say whether the run has ended, and the caller may try again. Never throws.
   */
  copy(run: CopiedRun): AsyncIterable<readonly RunEvent[]>

  /** The owner of a shared run; undefined if the store does not know. Never throws. */
  ownerOf(runId: string): Promise<string | undefined>

  /** Tells all other processes. A message may be lost, so each only makes sooner what would happen anyway. Never throws. */
  tell(message: Message): void

  /** Makes sure that a run stops, whatever process writes it. @throws {RunsError} `unavailable`. */
  stop(runId: string): Promise<void>
}

/** The live store of a process without others: its runs are in its memory, and nobody needs to be told. */
export const aloneInMemory: LiveStore = {
  listen() {},
  async ready() {},
  share() {},
  async *copy() {},
  async ownerOf() {
    return undefined
  },
  tell() {},
  async stop() {
    throw new RunsError(
      'unavailable',
      'The answer is being written by another server, or was by one that has gone.',
    )
  },
}
