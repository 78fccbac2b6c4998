import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openDatabase, readRun } from './index.ts'
import { lockFolder } from './lock-folder.ts'
import { temporaryFolder } from './testing/index.ts'

const HOLD = join(import.meta.dirname, 'testing/hold-database.ts')

const hold = (url: string, runId: string) =>
  spawn(process.execPath, ['--import', 'tsx', HOLD, url, runId], { stdio: ['ignore', 'pipe', 'inherit'] })

test('a process that is killed while it creates the database leaves none; the next one creates it, and is waited for; after kill -9 it opens, with all that was written', async () => {
  const temporary = temporaryFolder()
  onTestFinished(temporary.remove)
  const folder = join(temporary.path, 'db')
  const unfinished = `${folder}.unfinished`
  const url = `pglite:${folder}`
  const runId = randomUUID()

  const first = hold(url, randomUUID())
  const exited = once(first, 'exit')
  const exists = () => existsSync(folder) || existsSync(join(unfinished, 'base'))
  await vi.waitUntil(exists, { interval: 5, timeout: 60_000 })
  first.kill('SIGKILL')
  await exited
  expect([existsSync(folder), existsSync(unfinished)]).toEqual([false, true])
  // What it would have left a little later.
  writeFileSync(join(unfinished, 'PG_VERSION'), 'half')

  const second = hold(url, runId)
  const [said] = await Promise.race([once(second.stdout, 'data'), once(second, 'exit')])
  expect(String(said)).toBe('open\n')
  expect(existsSync(unfinished)).toBe(false)
  await expect(lockFolder(folder, { patienceMs: 0 })).rejects.toMatchObject({ code: 'locked' })

  const progress = new EventEmitter()
  const opening = openDatabase(url, { onProgress: (message) => progress.emit('said', message) })
  const [message] = await once(progress, 'said')
  expect(message).toContain('Waiting for another process')
  second.kill('SIGKILL')
  const database = await opening
  expect(database.embedded).toBe(true)
  expect(await readRun(database.db, 'ada', runId)).toMatchObject({ instance: 'child' })
  await database.close()
})
