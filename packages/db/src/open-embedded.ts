import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import { FAST_BYTEA } from './bytea.ts'
import { lockFolder } from './lock-folder.ts'
import { migrate } from './migrate.ts'
import type { Database, OpenOptions } from './open-database.ts'

/** Postgres's default, 128 MB, is allocated at the start. */
const SETTINGS = ['shared_buffers=8MB']

/** ms after which a slow creation is reported. */
const QUIET_MS = 1000

export async function openEmbedded(dir: string, { onProgress, onQuery }: OpenOptions): Promise<Database> {
  const folder = resolve(dir)
  await mkdir(dirname(folder), { recursive: true })
  const lock = await lockFolder(folder, { onProgress })
  try {
    const pglite = await openFolder(folder, onProgress)
    try {
      await migrate(async (statements) => (await pglite.exec(statements)).at(-1)?.rows ?? [])
    } catch (error) {
      await pglite.close()
      throw error
    }
    return {
      db: drizzle(pglite, { logger: onQuery !== undefined && { logQuery: onQuery } }),
      embedded: true,
      async close() {
        await pglite.close()
        await lock.release()
      },
    }
  } catch (error) {
    await lock.release()
    throw error
  }
}

async function openFolder(folder: string, onProgress: OpenOptions['onProgress']): Promise<PGlite> {
  if (await exists(folder)) return open(folder)
  const report = setTimeout(
    () => onProgress?.('Creating the database. This takes a few seconds, once.'),
    QUIET_MS,
  )
  // Created in another folder, then renamed: a process that is killed half-way leaves no broken database.
  const unfinished = `${folder}.unfinished`
  try {
    await rm(unfinished, { recursive: true, force: true })
    await (await open(unfinished)).close()
    await rename(unfinished, folder)
  } finally {
    clearTimeout(report)
  }
  return open(folder)
}

function open(dataDir: string): Promise<PGlite> {
  return PGlite.create({ dataDir, postgresqlconf: SETTINGS, ...FAST_BYTEA })
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch {
    return false
  }
}
