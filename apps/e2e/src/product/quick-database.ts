import { copyTestDatabase, createTestDatabase, whyNoPostgres } from '@sluice/db/testing'
import { type EmbeddedDatabase, embeddedDatabase, makeTemplate, TEMPLATE } from './embedded-database.ts'

/** Like `TEMPLATE`, where Postgres is installed. */
const POSTGRES_TEMPLATE = 'SLUICE_POSTGRES_TEMPLATE'

/**
 * A new database that has its tables: on a real Postgres where that is installed, because it costs a server a second
 * less than an embedded one.
 */
export function quickDatabase(): Promise<EmbeddedDatabase> {
  const template = process.env[POSTGRES_TEMPLATE]
  return template === undefined ? embeddedDatabase() : copyTestDatabase(template)
}

/** For Vitest: the files of one run share the templates. */
export async function setup(): Promise<void> {
  process.env[TEMPLATE] = await makeTemplate()
  if (whyNoPostgres() === undefined) process.env[POSTGRES_TEMPLATE] = await createTestDatabase()
}
