import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { DatabaseError } from './database-error.ts'
import { LOCKS } from './locks.ts'

/** Runs statements on one connection, always the same, and resolves to the rows of the last one. */
export type Execute = (statements: string) => Promise<readonly Record<string, unknown>[]>

/**
 * Applies the migrations that the database does not have yet, in the order of their names and each in a transaction of
 * its own. Of several processes that start together, one does it while the others wait.
 *
 * @throws {DatabaseError} `newer` when the database has a migration that this build does not know.
 */
export async function migrate(execute: Execute, folder = migrationsFolder()): Promise<void> {
  await execute(`select pg_advisory_lock(${LOCKS.migration})`)
  try {
    await execute(
      'create table if not exists migration (name text primary key, applied_at timestamptz not null)',
    )
    const rows = await execute('select name from migration')
    const applied = new Set(rows.map(({ name }) => String(name)))
    const names = readdirSync(folder)
      .filter((name) => name.endsWith('.sql'))
      .toSorted()
    const unknown = [...applied].filter((name) => !names.includes(name))
    if (unknown.length > 0) {
      const message = `The database has migrations that this version does not know: ${unknown.join(', ')}. Start a newer version.`
      throw new DatabaseError('newer', message)
    }
    for (const name of names.filter((known) => !applied.has(known))) {
      const statements = readFileSync(join(folder, name), 'utf8')
      await execute('begin')
      try {
        await execute(statements)
        await execute(`insert into migration values ('${name.replaceAll("'", "''")}', now())`)
        await execute('commit')
      } catch (error) {
        // A connection that is lost has rolled back already, and must not hide the error.
        await execute('rollback').catch(() => {})
        throw error
      }
    }
  } finally {
    await execute(`select pg_advisory_unlock(${LOCKS.migration})`).catch(() => {})
  }
}

/** Found through the package itself, which is where it also is when this module was bundled into another one's `dist`. */
function migrationsFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve('@sluice/db/package.json')), 'migrations')
}
