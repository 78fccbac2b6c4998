export type DatabaseErrorCode =
  /** Another process has the folder of an embedded database open. */
  | 'locked'
  /** The database was migrated by a newer version of this program. */
  | 'newer'
  /** The URL is neither postgres:// nor pglite:. */
  | 'bad_url'

/** The error class of this package. Errors of the database itself are thrown as its driver throws them. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  readonly code: DatabaseErrorCode

  constructor(code: DatabaseErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
