import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { cp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '@sluice/db'

export interface EmbeddedDatabase {
  /** What to set `DATABASE_URL` to. */
  readonly url: string
  /** Removes its folder. */
  remove(): Promise<void>
}

/** The folder that databases are copied from. Processes that this one starts find it there too. */
export const TEMPLATE = 'SLUICE_DATABASE_TEMPLATE'

let making: Promise<string> | undefined

/** A new embedded database that has its tables, in a temporary folder. It is a copy: making one takes seconds. */
export async function embeddedDatabase(): Promise<EmbeddedDatabase> {
  const template = process.env[TEMPLATE] ?? (await (making ??= makeTemplate()))
  const folder = `${template}-${randomUUID()}`
  await cp(template, folder, { recursive: true })
  return { url: `pglite:${folder}`, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** Makes the folder that databases are copied from, which is gone when this process is. */
export async function makeTemplate(): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'sluice-database-'))
  // Reads until this process is gone, however it ended, and then removes the folder.
  spawn('sh', ['-c', 'cat; rm -rf "$0"', root], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  }).unref()
  const path = join(root, 'database')
  const database = await openDatabase(`pglite:${path}`)
  await database.close()
  return path
}
