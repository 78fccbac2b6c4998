import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { migrate } from './migrate.ts'
import type { Database, OpenOptions } from './open-database.ts'

/** ms. */
const CONNECT_MS = 5000
/** ms. Without it, a peer that vanished would hold its connection for a quarter of an hour. */
const QUERY_MS = 10_000

export async function openPostgres(
  connectionString: string,
  { onConnectionError, onQuery }: OpenOptions,
): Promise<Database> {
  const pool = new pg.Pool({
    connectionString,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: QUERY_MS,
    keepAlive: true,
  })
  // Without listeners a lost connection would end the process. The pool listens only to those that nothing uses, and a
  // transaction has one between its queries too.
  pool.on('connect', (client) => client.on('error', (error) => onConnectionError?.(error)))
  pool.on('error', () => {})
  // After a query timeout a transaction may be open still, and what uses its connection next would commit it.
  pool.on('release', (_error, client) => {
    if (client.getTransactionStatus() !== 'I') void client.end()
  })
  try {
    await migrateOn(connectionString)
  } catch (error) {
    await pool.end()
    throw error
  }
  const logger = onQuery !== undefined && { logQuery: onQuery }
  const db = drizzle(pool, { logger })
  // Drizzle's own does not give a connection back whose `begin` fails, as when it is lost at that moment. After ten of
  // them the pool has none left, and never ends.
  db.transaction = async (run) => {
    const client = await pool.connect()
    let begun = false
    try {
      return await drizzle(client, { logger }).transaction(async (tx) => {
        begun = true
        return run(tx)
      })
    } finally {
      client.release(!begun)
    }
  }
  return { db, embedded: false, close: () => pool.end() }
}

/** On a connection without a query timeout: a migration may take long, and so may waiting for another process's. */
async function migrateOn(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: CONNECT_MS })
  // A lost connection fails the query that waits for it too.
  client.on('error', () => {})
  await client.connect()
  try {
    await migrate(async (statements) => {
      // Several statements give an array of results, which the types do not say.
      const results = [await client.query<Record<string, unknown>>(statements)].flat()
      return results.at(-1)?.rows ?? []
    })
  } finally {
    await client.end()
  }
}
