import type { TerminalEvent, Usage } from '@sluice/events'

/** The figures of a run that has ended. Times are in ms. */
export interface RunSummary {
  readonly runId: string
  readonly owner: string
  readonly model: string
  readonly terminal: TerminalEvent
  /**
   * The usage that the source reported, also for a run that ended in an error; undefined when it reported none. Then
   * `terminal.usage` is missing too, or all zeros in the `done` of a stopped run.
   */
  readonly usage: Usage | undefined
  /** Length of its text and thinking, in UTF-16 code units. */
  readonly chars: number
  /** How many of `chars` arrived after it was cut short: paid for, but not read. */
  readonly charsAfterCut: number
  readonly ms: number
  /** Time from the start to the first text or thinking; undefined without any. */
  readonly firstTextMs: number | undefined
  /** Number of subscriptions, including reconnects. */
  readonly subscriptions: number
}
