export type RunsErrorCode =
  /** This owner has no such run: it never existed, or belongs to another owner. */
  | 'not_found'
  /** The position is beyond the end of the run. */
  | 'position_beyond_end'
  /** The records of runs cannot be reached. The same call may succeed later. */
  | 'unavailable'
  /** The process is shutting down and starts no runs. */
  | 'closing'
  /** A flow-controlled reader sent no ack for `leaseMs`. It may reconnect at its position. */
  | 'reader_lapsed'
  /** A newer subscription uses the same reader id. */
  | 'reader_replaced'
  /** An event was appended after the terminal event: a bug in the caller. */
  | 'log_ended'

/** The error class of this package. Branch on `code`; `message` is for people. */
export class RunsError extends Error {
  override readonly name = 'RunsError'
  readonly code: RunsErrorCode

  constructor(code: RunsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** One error for unknown and other owners' runs, so that a caller cannot tell them apart. */
export function runNotFound(): RunsError {
  return new RunsError('not_found', 'There is no such run.')
}

export function runsClosing(): RunsError {
  return new RunsError('closing', 'The server is restarting; try again in a moment.')
}
