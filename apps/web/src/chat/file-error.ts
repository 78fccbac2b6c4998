/** Why a file is not on the server, in a sentence for the user. */
export class FileError extends Error {
  override readonly name = 'FileError'
  /** Whether the same upload may succeed. Default: false. */
  readonly retryable: boolean

  constructor(message: string, { retryable = false } = {}) {
    super(message)
    this.retryable = retryable
  }
}
