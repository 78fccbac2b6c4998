import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import { FAST_BYTEA } from '../bytea.ts'
import { migrate } from '../migrate.ts'
import type { Database, OpenOptions } from '../open-database.ts'

interface MemoryOptions extends Pick<OpenOptions, 'onQuery'> {
  /** Removes all rows first, those of other tests too. */
  readonly empty?: boolean
}

let shared: Promise<PGlite> | undefined

/**
 * The one embedded database of this process. It leaves no files. Tests share it, with ids and owners of their own,
 * because another one would take seconds and hundreds of megabytes.
 */
export async function openMemoryDatabase({ empty, onQuery }: MemoryOptions = {}): Promise<Database> {
  const pglite = await (shared ??= create())
  if (empty) await pglite.exec(EMPTY)
  const logger = onQuery !== undefined && { logQuery: onQuery }
  return { db: drizzle(pglite, { logger }), embedded: true, close: async () => {} }
}

async function create(): Promise<PGlite> {
  const pglite = await PGlite.create(FAST_BYTEA)
  await migrate(async (statements) => (await pglite.exec(statements)).at(-1)?.rows ?? [])
  return pglite
}

const EMPTY = `
  do $$ begin
    execute (
      select 'truncate ' || string_agg(quote_ident(tablename), ', ') from pg_tables
      where schemaname = 'public' and tablename <> 'migration'
    );
  end $$`
