import { randomUUID } from 'node:crypto'
import http from 'node:http'
import type { Db } from '@sluice/db'
import { TRPCError } from '@trpc/server'
import { expect, onTestFinished, test } from 'vitest'
import { exportConversations } from './export-conversations.ts'
import { collect } from './testing/collect.ts'
import { question } from './testing/question.ts'
import { startTestServer } from './testing/start-test-server.ts'
import { testDatabase } from './testing/test-database.ts'
import { until } from './testing/until.ts'
import type { WireClient } from './testing/wire-client.ts'

/** Asks, and waits for the end of the answer. */
async function ask(client: WireClient, change: object): Promise<{ conversationId: string; runId: string }> {
  const input = question(change)
  expect((await client.call('chat.send', input)).status).toBe(200)
  await collect(await client.events({ runId: input.runId }))
  return input
}

const exportOf = (url: string, { cookie = '' }: WireClient) =>
  fetch(`${url}/export.json`, { headers: { cookie } })

test('the export has every conversation of its owner, with all versions, and no other', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const tides = await ask(client, { content: 'Tides \u0000 \ud800 "\n [[sim tokens=20]]' })
  const locks = await ask(client, { content: 'Locks' })
  await ask(client, { ...tides, runId: randomUUID(), content: 'Rivers' })
  const removed = await ask(client, { content: 'Removed' })
  await client.call('conversations.remove', { conversationId: removed.conversationId })
  const get = async ({ conversationId }: { conversationId: string }) =>
    (await client.query('conversations.get', { conversationId })).body.result.data

  const response = await exportOf(server.url, client)
  expect(response.status).toBe(200)
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'content-disposition': 'attachment; filename="conversations.json"',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  const { conversations } = JSON.parse(await response.text())
  expect(conversations).toEqual([await get(tides), await get(locks)])
  expect(conversations[0].messages).toHaveLength(4)

  const stranger = await exportOf(server.url, await server.client())
  expect(JSON.parse(await stranger.text())).toEqual({ conversations: [] })
})

test('a conversation is read when the one before it has been taken, and left out when it is gone', async () => {
  await using server = await startTestServer({ STARTS_PER_MINUTE: '50' })
  const client = await server.client()
  const ids: string[] = []
  for (const content of ['one', 'two', 'three']) ids.push((await ask(client, { content })).conversationId)
  const { open, url } = await testDatabase()
  const { db, close } = await open(url)
  onTestFinished(close)
  let queries = 0
  const query = <T>(run: (database: Db) => Promise<T>) => {
    queries += 1
    return run(db)
  }
  const owner = await ownerOf(db, ids)
  const pieces = exportConversations({ owner, database: { query } }, [randomUUID(), ...ids])
  await pieces.next()
  expect(queries).toBe(0)
  const { value: first } = await pieces.next()
  expect([queries, JSON.parse(String(first)).title]).toEqual([2, 'one'])
  await pieces.next()
  expect(queries).toBe(3)
})

async function ownerOf(db: Db, [id]: string[]): Promise<string> {
  const { rows }: any = await db.execute(`select owner from conversation where id = '${id}'`)
  return rows[0].owner
}

test('a refused owner gets 401, and one who downloads two at once 429', async () => {
  await using refusing = await startTestServer(
    {},
    {
      ownerOf: ({ url }) => {
        if (url !== '/export.json') return 'ada'
        throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Log in.' })
      },
    },
  )
  const refused = await exportOf(refusing.url, await refusing.client())
  expect(refused.status).toBe(401)
  expect(await refused.json()).toMatchObject({ error: { message: 'Log in.' } })

  await using server = await startTestServer()
  const client = await server.client()
  const { conversationId } = await ask(client, { content: 'Large' })
  const { open, url } = await testDatabase()
  const { db, close } = await open(url)
  onTestFinished(close)
  // More than the kernel's buffers hold, so that an export whose client does not read stays open.
  const large = `update message set content = '"' || repeat('x', 32000000) || '"'`
  await db.execute(`${large} where conversation_id = '${conversationId}' and role = 'user'`)
  const downloads = await Promise.all([unread(server.url, client), unread(server.url, client)])
  const third = await exportOf(server.url, client)
  expect(third.status).toBe(429)
  expect(await third.json()).toMatchObject({
    error: { message: 'At most 2 exports can be downloaded at once.' },
  })
  for (const download of downloads) download.destroy()
  await until(async () => (await unread(server.url, client)).destroy().statusCode === 200)
})

/** An export whose client reads nothing after the headers. */
function unread(url: string, { cookie = '' }: WireClient): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    http.get(`${url}/export.json`, { agent: false, headers: { cookie } }, resolve).on('error', reject)
  })
}

test('an export that the database cuts short is not a whole file', async () => {
  const { open, url } = await testDatabase()
  let fail = false
  await using server = await startTestServer(
    {},
    {
      async openDatabase() {
        const database = await open(url)
        const select = database.db.select.bind(database.db)
        // Ids are found; conversations are not.
        database.db.select = ((fields: object) => {
          if (fail && 'title' in fields) throw new Error('away')
          // The overload for all columns takes none; this one is always given some.
          return select(fields as any)
        }) as typeof select
        return database
      },
    },
  )
  await server.ready()
  const client = await server.client()
  await ask(client, { content: 'hi' })
  fail = true
  await expect(exportOf(server.url, client).then((response) => response.text())).rejects.toThrow('terminated')
})
