import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { openDatabase } from '../open-database.ts'
import { findPostgres } from './find-postgres.ts'
import { type PostgresServer, startPostgres } from './start-postgres.ts'

/** Why tests on a real Postgres are skipped here; undefined where they are not. In CI nothing is skipped. */
export function whyNoPostgres(): string | undefined {
  if (findPostgres() !== undefined) return undefined
  const why = 'Postgres is not installed. On Debian or Ubuntu: sudo apt-get install postgresql'
  if (process.env['CI']) throw new Error(why)
  return why
}

let server: Promise<PostgresServer> | undefined

/** The one Postgres of this process. */
export function testPostgres(): Promise<PostgresServer> {
  const bin = findPostgres()
  if (bin === undefined) throw new Error('Postgres is not installed.')
  return (server ??= startPostgres(bin))
}

let template: Promise<string> | undefined

/** A new database in {@link testPostgres}: with its tables, or `empty`. Resolves to its URL. */
export async function createTestDatabase({ empty = false } = {}): Promise<string> {
  const postgres = await testPostgres()
  template ??= makeTemplate(postgres)
  return (await copyTestDatabase(empty ? postgres.url('template0') : await template)).url
}

async function makeTemplate(postgres: PostgresServer): Promise<string> {
  const { url } = await copyTestDatabase(postgres.url('template0'))
  await (await openDatabase(url)).close()
  return url
}

/** A copy of a database that nothing is connected to, on the same server, which may be another process's. */
export async function copyTestDatabase(from: string): Promise<{ url: string; remove(): Promise<void> }> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const on = (database: string) => Object.assign(new URL(from), { pathname: `/${database}` }).href
  await query(on('postgres'), `create database ${name} template ${new URL(from).pathname.slice(1)}`)
  return {
    url: on(name),
    remove: () => query(on('postgres'), `drop database if exists ${name} with (force)`),
  }
}

async function query(connectionString: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  await client.query(text)
  await client.end()
}
