import type { TerminalEvent, Usage } from '@sluice/events'

/** A run that has ended, in figures. Times in ms. */
export interface RunSummary {
  readonly runId: string
  readonly owner: string
  readonly model: string
  readonly terminal: TerminalEvent
  /**
   * What the source says was used, also where the run ended in an error; undefined when it did not say. Then
   * `terminal.usage` is missing too, or all zeros in the `done` of a run that was stopped, which must have one.
   */
  readonly usage: Usage | undefined
  /** Length of its text and thinking, in UTF-16 code units. */
  readonly chars: number
  /** How many of `chars` came after it was cut short: paid for, and not read. */
  readonly charsAfterCut: number
  readonly ms: number
  /** From start to the first text or thinking; undefined when there was none. */
  readonly firstTextMs: number | undefined
  /** Frames of text sent so far, to all readers. */
  readonly frames: number
  /** Subscriptions so far, reconnects included. */
  readonly subscriptions: number
}
