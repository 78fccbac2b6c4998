export type RunsErrorCode =
  /** No such run for this owner: it never existed, has expired, or belongs to another owner. Not told apart. */
  | 'not_found'
  /** A position that the run has not reached. */
  | 'position_beyond_end'
  /** A start that was first sent in an earlier epoch, and may have been paid for then. */
  | 'forgotten'
  /** No new runs: the process is shutting down. */
  | 'closing'
  /** A flow-controlled reader acknowledged nothing for a whole lease. It may come back at its position. */
  | 'reader_lapsed'
  /** A newer subscription uses the same reader id. */
  | 'reader_replaced'
  /** An event after the terminal one: a bug in the caller. */
  | 'log_ended'

/** Every error this package throws. Branch on `code`; `message` is for people. */
export class RunsError extends Error {
  override readonly name = 'RunsError'
  readonly code: RunsErrorCode

  constructor(code: RunsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
