import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { type Execute, migrate } from './migrate.ts'
import { openDatabase } from './open-database.ts'
import { createTestDatabase, whyNoPostgres } from './testing/index.ts'

const why = whyNoPostgres()

const folder = mkdtempSync(join(tmpdir(), 'sluice-migrations-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function connect(
  url: string,
): Promise<{ execute: Execute; [Symbol.asyncDispose]: () => Promise<void> }> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return {
    execute: async (statements) => [await client.query(statements)].flat().at(-1)?.rows ?? [],
    [Symbol.asyncDispose]: () => client.end(),
  }
}

describe.skipIf(why !== undefined)(`Postgres${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  test('five processes that start together on an empty database migrate it once', async () => {
    const url = await createTestDatabase({ empty: true })
    const databases = await Promise.all(Array.from({ length: 5 }, () => openDatabase(url)))
    for (const database of databases) await database.close()
    await using connection = await connect(url)
    const rows = await connection.execute('select name from migration order by name')
    expect(rows[0]).toEqual({ name: '0001-runs.sql' })
  })

  test('a migration that fails leaves nothing behind, and the ones before it', async () => {
    await using connection = await connect(await createTestDatabase({ empty: true }))
    writeFileSync(join(folder, '0001-good.sql'), 'create table good (id int); insert into good values (1);')
    writeFileSync(join(folder, '0002-bad.sql'), 'create table half (id int); insert into nowhere values (1);')
    await expect(migrate(connection.execute, folder)).rejects.toMatchObject({ code: '42P01' })
    const tables =
      "select table_name as name from information_schema.tables where table_schema = 'public' order by 1"
    expect(await connection.execute(tables)).toEqual([{ name: 'good' }, { name: 'migration' }])
    // Mended, it is applied where the first attempt stopped.
    writeFileSync(join(folder, '0002-bad.sql'), 'create table half (id int);')
    await migrate(connection.execute, folder)
    await migrate(connection.execute, folder)
    expect(await connection.execute('select id from good')).toEqual([{ id: 1 }])
    expect(await connection.execute(tables)).toHaveLength(3)
  })

  test('a database of a newer version is refused, and not locked', async () => {
    const url = await createTestDatabase()
    await using connection = await connect(url)
    await connection.execute("insert into migration values ('9999-future.sql', now())")
    await expect(openDatabase(url)).rejects.toMatchObject({ code: 'newer', message: /9999-future/ })
    await connection.execute("delete from migration where name = '9999-future.sql'")
    await (await openDatabase(url)).close()
  })
})
