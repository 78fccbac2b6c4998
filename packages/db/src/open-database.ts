import { DatabaseError } from './database-error.ts'
import type { Db } from './db.ts'

export interface Database {
  readonly db: Db
  /** Whether it is a folder that this process alone has open. */
  readonly embedded: boolean
  /** Closes it once the queries that were begun are done. */
  close(): Promise<void>
}

export interface OpenOptions {
  /** Called with a message for the log when something takes long. */
  readonly onProgress?: ((message: string) => void) | undefined
  /** Called when an idle connection is lost. A lost query rejects instead. */
  readonly onConnectionError?: ((error: Error) => void) | undefined
  /** Called with the text of each query, without its values. `begin` and `commit` are among them on a server only. */
  readonly onQuery?: ((text: string) => void) | undefined
}

/**
 * Opens a database and brings its tables up to date.
 *
 * `postgres://…` is a server. `pglite:DIR` is an embedded Postgres that keeps its files in that folder, which one
 * process at a time can open. It does not force its writes to the disk: what a killed process wrote is kept, what was
 * written in the last moments before a power cut may be lost.
 *
 * @throws {DatabaseError} and whatever the driver throws, e.g. while the server cannot be reached.
 */
export async function openDatabase(url: string, options: OpenOptions = {}): Promise<Database> {
  const folder = /^pglite:(.+)$/s.exec(url)?.[1]
  if (folder !== undefined) {
    // Loaded where it is used: a server with a real database never reads its 13 MB.
    const { openEmbedded } = await import('./open-embedded.ts')
    return openEmbedded(folder, options)
  }
  if (/^postgres(ql)?:\/\//.test(url)) {
    const { openPostgres } = await import('./open-postgres.ts')
    return openPostgres(url, options)
  }
  throw new DatabaseError('bad_url', 'Expected postgres://… or pglite:DIR.')
}
