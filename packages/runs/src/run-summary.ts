import type { TerminalEvent, Usage } from '@sluice/events'

/** Why a run was cut short. */
export type EndCause = 'stopped' | 'abandoned' | 'timeout' | 'interrupted'

/** What there is to say of a run once it has ended. Times in ms. */
export interface RunSummary {
  readonly runId: string
  readonly owner: string
  readonly model: string
  readonly terminal: TerminalEvent
  /** Undefined for a run that came to its own end. */
  readonly cause: EndCause | undefined
  /**
   * What the source says was used, also where the run ended in an error; undefined when it did not say. Then
   * `terminal.usage` is missing too, but for a run that was stopped: its `done` has to have one, of zeros.
   */
  readonly usage: Usage | undefined
  /** Length of its text and thinking, in UTF-16 code units. */
  readonly chars: number
  /** How many of `chars` came after it was cut short: paid for, and read by nobody. */
  readonly charsAfterCut: number
  readonly ms: number
  /** From start to the first text or thinking; undefined when there was none. */
  readonly firstTextMs: number | undefined
  /** Frames of text sent so far, to all readers. */
  readonly frames: number
  /** Subscriptions so far, reconnects included. */
  readonly subscriptions: number
}
