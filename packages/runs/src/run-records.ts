import type { RunEvent, TerminalEvent } from '@sluice/events'

export interface RunClaim {
  readonly runId: string
  readonly owner: string
  readonly model: string
}

interface RunEnd {
  readonly runId: string
  readonly owner: string
  /** Everything in the log so far, neighbouring text merged. */
  readonly events: readonly RunEvent[]
  readonly terminal: TerminalEvent
}

/**
 * What is recorded of a run that this process does not have.
 *
 * `elsewhere`: another process writes it, or wrote it until it died. `unstarted`: this process claimed it, but was not
 * told so, because the response was lost. Claude was not asked, and a claim of the same id starts it.
 */
export type RecordedState = 'ended' | 'elsewhere' | 'unstarted'

/**
 * What is known of runs beyond the memory of this process: who claimed their ids, and how they ended. A database, say.
 * Whatever throws here is shown to callers as it is; `unavailable` is what they may try again. Every implementation must
 * pass `recordsContract` (`@sluice/runs/testing`).
 */
export interface RunRecords {
  /**
   * Claims a run id for good. It is not called for a run that this process has, nor twice at the same time for one id.
   *
   * @returns whether the run is the caller's to start; false when its owner has claimed it before, unless that claim is
   * `unstarted`.
   * @throws {RunsError} `not_found` when another owner has. A claim may be refused with any other error.
   */
  claim(claim: RunClaim): Promise<boolean>

  /**
   * Stores the end of a run, before its readers are told of it. The first end of a run stays.
   *
   * @returns the end that counts. Never rejects, and never takes long.
   */
  end(end: RunEnd): Promise<TerminalEvent>

  /** Stores what has been said so far of a run that goes on, because this process may end before it. Never rejects. */
  save(run: { runId: string; events: readonly RunEvent[] }): Promise<void>

  /** Undefined for an unknown or a foreign run. It is called for runs that this process does not have. */
  stateOf(owner: string, runId: string): Promise<RecordedState | undefined>

  /** All events of a run that has ended; of another, those that were saved. Undefined for an unknown or a foreign one. */
  eventsOf(owner: string, runId: string): Promise<readonly RunEvent[] | undefined>
}
