import { openDatabase } from '@sluice/db'
import { createTestDatabase, openMemoryDatabase, whyNoPostgres } from '@sluice/db/testing'

export interface TestDatabase {
  readonly url: string
  readonly open: typeof openDatabase
}

let shared: Promise<TestDatabase> | undefined

/**
 * One database for all servers of this process: each knows its runs by their ids. A real Postgres where it is
 * installed, which is also the faster one, else one that is embedded here.
 */
export function testDatabase(): Promise<TestDatabase> {
  return (shared ??= ownDatabase())
}

/** An empty one, for tests of what is counted over all runs. */
export async function ownDatabase(): Promise<TestDatabase> {
  if (whyNoPostgres() === undefined) return { url: await createTestDatabase(), open: openDatabase }
  await openMemoryDatabase({ empty: true })
  // To the servers it is one that they share.
  const open: typeof openDatabase = async (_url, options) => ({
    ...(await openMemoryDatabase(options)),
    embedded: false,
  })
  return { url: 'pglite:memory', open }
}
