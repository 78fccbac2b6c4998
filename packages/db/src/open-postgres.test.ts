import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { sql } from 'drizzle-orm'
import { describe, expect, test, vi } from 'vitest'
import { openDatabase, readRun } from './index.ts'
import { createTestDatabase, whyNoPostgres } from './testing/index.ts'

const why = whyNoPostgres()

describe.skipIf(why !== undefined)(`Postgres${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  test('connections that are lost fail their queries, are reported, and are made again', async () => {
    const url = await createTestDatabase()
    const connections = new EventEmitter()
    const lost = once(connections, 'lost')
    const database = await openDatabase(url, {
      onConnectionError: (error) => connections.emit('lost', error),
    })
    const other = await openDatabase(url)
    const slow = database.db.execute(sql`select pg_sleep(100)`)
    const failed = expect(slow).rejects.toThrow('Failed query')
    await readRun(database.db, 'ada', randomUUID())
    const count = sql`select count(*)::int as active from pg_stat_activity where query like '%pg_sleep(100)%' and state = 'active' and pid <> pg_backend_pid()`
    const active = async () => {
      const { rows } = (await other.db.execute(count)) as { rows: { active: number }[] }
      return rows[0]?.active
    }
    await vi.waitUntil(async () => (await active()) === 1, { interval: 20, timeout: 60_000 })
    await other.db.execute(
      sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    )
    await failed
    const [error] = await lost
    expect(String(error)).toContain('terminating connection')
    expect(await readRun(database.db, 'ada', randomUUID())).toBeUndefined()
    await database.close()
    await other.close()
  })

  test('a connection that is lost between two queries of a transaction fails the transaction alone', async () => {
    const url = await createTestDatabase()
    const lost: Error[] = []
    const database = await openDatabase(url, { onConnectionError: (error) => lost.push(error) })
    const other = await openDatabase(url)
    const transaction = database.db.transaction(async (tx) => {
      await readRun(tx, 'ada', randomUUID())
      await other.db.execute(
        sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
      )
      while (lost.length === 0) await readRun(other.db, 'ada', randomUUID())
      await readRun(tx, 'ada', randomUUID())
    })
    await expect(transaction).rejects.toThrow('Failed query')
    expect(await readRun(database.db, 'ada', randomUUID())).toBeUndefined()
    await database.close()
    await other.close()
  })

  test('a connection that comes back in a transaction is not used again', async () => {
    const database = await openDatabase(await createTestDatabase())
    const connection = async () => {
      const { rows }: any = await database.db.execute(sql`select pg_backend_pid() as pid`)
      return rows[0].pid
    }
    const first = await connection()
    expect(await connection()).toBe(first)
    await database.db.execute(sql`begin`)
    expect(await connection()).not.toBe(first)
    await database.close()
  })

  test('transactions that cannot begin give their connections back', async () => {
    let isLost = true
    const database = await openDatabase(await createTestDatabase(), {
      onQuery(text) {
        if (isLost && text === 'begin') throw new Error('lost')
      },
    })
    // More than there are connections.
    for (let i = 0; i < 11; i++) {
      await expect(database.db.transaction(async () => {})).rejects.toThrow('lost')
    }
    isLost = false
    expect(await database.db.transaction((tx) => readRun(tx, 'ada', randomUUID()))).toBeUndefined()
    await database.close()
  })

  test('a server that is not there fails the opening', async () => {
    const url = (await createTestDatabase()).replace(/[^/]*$/, 'nowhere')
    await expect(openDatabase(url)).rejects.toMatchObject({ code: '3D000' })
  })

  test('a URL of another kind is refused', async () => {
    await expect(openDatabase('mysql://localhost/db')).rejects.toMatchObject({ code: 'bad_url' })
  })
})
