import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openDatabase, readRun } from './index.ts'
import { lockFolder } from './lock-folder.ts'
import { temporaryFolder } from './testing/index.ts'

const HOLD = join(import.meta.dirname, 'testing/hold-database.ts')

/** Resolves when another process has the database open, and has claimed the run. */
async function holdInAnotherProcess(url: string, runId: string) {
  const child = spawn(process.execPath, ['--import', 'tsx', HOLD, url, runId], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
  expect(String(said)).toBe('open\n')
  return child
}

test('a folder that another process has open is waited for; after kill -9 it opens, with all that was written', async () => {
  const temporary = temporaryFolder()
  onTestFinished(temporary.remove)
  const folder = join(temporary.path, 'db')
  // What a process leaves that is killed while it makes the database.
  mkdirSync(`${folder}.unfinished`)
  writeFileSync(join(`${folder}.unfinished`, 'PG_VERSION'), 'half')
  const runId = randomUUID()
  const child = await holdInAnotherProcess(`pglite:${folder}`, runId)
  expect(existsSync(`${folder}.unfinished`)).toBe(false)
  await expect(lockFolder(folder, { patienceMs: 0 })).rejects.toMatchObject({ code: 'locked' })

  const progress = new EventEmitter()
  const opening = openDatabase(`pglite:${folder}`, {
    onProgress: (message) => progress.emit('said', message),
  })
  const [message] = await once(progress, 'said')
  expect(message).toContain('Waiting for another process')
  child.kill('SIGKILL')
  const database = await opening
  expect(database.embedded).toBe(true)
  expect(await readRun(database.db, 'ada', runId)).toMatchObject({ instance: 'child' })
  await database.close()
})

test('a process that is killed while it creates the database leaves none, and the next one creates it', async () => {
  const temporary = temporaryFolder()
  onTestFinished(temporary.remove)
  const folder = join(temporary.path, 'db')
  const child = spawn(process.execPath, ['--import', 'tsx', HOLD, `pglite:${folder}`, randomUUID()], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const exited = once(child, 'exit')
  const exists = () => existsSync(folder) || existsSync(join(`${folder}.unfinished`, 'base'))
  await vi.waitUntil(exists, { interval: 5, timeout: 60_000 })
  child.kill('SIGKILL')
  await exited
  expect(existsSync(folder)).toBe(false)
  const database = await openDatabase(`pglite:${folder}`)
  expect(await readRun(database.db, 'ada', randomUUID())).toBeUndefined()
  await database.close()
})
