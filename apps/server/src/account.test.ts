import { randomUUID } from 'node:crypto'
import { claimRun, endRun } from '@sluice/db'
import { expect, test } from 'vitest'
import type { OwnerOf } from './owner.ts'
import { collect } from './testing/collect.ts'
import { question } from './testing/question.ts'
import { startTestServer } from './testing/start-test-server.ts'
import { ownDatabase } from './testing/test-database.ts'
import { WireClient } from './testing/wire-client.ts'

/** Accounts by name, in a header. */
const byName: OwnerOf = ({ headers }) => String(headers['x-user'])
const as = (url: string, name: string) => new WireClient(url, { headers: { 'x-user': name } })
const conversationsOf = async (client: WireClient) =>
  (await client.query('conversations.list')).body.result.data.conversations

test('a guest’s conversations, live and ended, are the account’s after a sign-in, and no longer the guest’s', async () => {
  await using server = await startTestServer({}, { ownerOf: byName })
  const names = [`guest-${randomUUID()}`, randomUUID()] as const
  const [guest, ann] = [as(server.url, names[0]), as(server.url, names[1])]
  const ended = await server.start(guest, 'before [[sim tokens=5]]')
  const answer = await collect(await guest.events({ runId: ended }))
  const live = await server.start(guest, 'in the middle [[sim tps=200 tokens=300]]')
  const reading = await guest.events({ runId: live })
  const first = await collect(reading, { enough: ({ text }) => text.length > 20 })

  const before = await conversationsOf(guest)
  expect(before).toHaveLength(2)

  for (let i = 0; i < 2; i++) await server.adopt(...names)

  expect([await conversationsOf(ann), await conversationsOf(guest)]).toEqual([before, []])

  expect((await collect(await ann.events({ runId: ended }))).text).toBe(answer.text)
  // The page goes on reading where it is, and its next request is the account's.
  const [old, same] = await Promise.all([
    collect(reading, { after: first.position }),
    collect(await ann.events({ runId: live })),
  ])
  expect([old.terminal?.type, same.terminal?.type]).toEqual(['done', 'done'])
  expect(same.text).toBe(first.text + old.text)
  expect(server.simulator.stats().messages).toBe(2)
  for (const runId of [ended, live]) {
    expect((await collect(await guest.events({ runId }))).refusals).toMatchObject([{ code: 'NOT_FOUND' }])
    expect((await guest.call('runs.stop', { runId })).status).toBe(404)
  }
  expect((await ann.query('account.usage')).body.result.data).toMatchObject([{ runs: 2 }])
  expect((await guest.query('account.usage')).body.result.data).toEqual([])
})

test('deleting all content stops what goes on, and leaves costs and claims', async () => {
  await using server = await startTestServer({}, { ownerOf: byName })
  const name = randomUUID()
  const [client, bob] = [as(server.url, name), as(server.url, randomUUID())]
  const gone = question({ content: 'gone [[sim tokens=50]]' })
  const { runId: ended, conversationId } = gone
  expect((await client.call('chat.send', gone)).status).toBe(200)
  const { terminal } = await collect(await client.events({ runId: ended }))
  const live = await server.start(client, 'also gone [[sim tps=200 tokens=9000]]')
  const reading = await client.events({ runId: live })
  const { position } = await collect(reading, { enough: ({ text }) => text.length > 20 })
  const kept = await server.start(bob, 'another’s [[sim tokens=5]]')
  const costs = async () => (await client.query('account.usage')).body.result.data
  const [before] = await costs()
  expect(before).toMatchObject({ runs: 1, costUsd: terminal?.costUsd })

  expect((await client.call('account.deleteContent', undefined)).status).toBe(200)

  expect((await collect(reading, { after: position })).terminal).toMatchObject({
    type: 'done',
    stopReason: 'stopped',
  })
  const { requests } = await server.simulator.waitFor(({ open }) => open === 0)
  expect(requests.map(({ outcome }) => outcome)).toEqual(['completed', 'aborted', 'completed'])
  for (const runId of [ended, live])
    expect((await collect(await client.events({ runId }))).refusals).toMatchObject([{ code: 'NOT_FOUND' }])
  expect((await client.query('conversations.get', { conversationId })).status).toBe(404)
  expect((await client.call('conversations.restore', { conversationId })).status).toBe(404)
  expect(await conversationsOf(client)).toEqual([])
  expect((await collect(await bob.events({ runId: kept }))).terminal?.type).toBe('done')
  expect(await conversationsOf(bob)).toHaveLength(1)
  const [after] = await costs()
  expect(after).toMatchObject({ runs: 2 })
  expect(after.costUsd).toBeGreaterThan(before.costUsd)
  // A late repeat of a start is not paid again.
  expect((await client.call('chat.send', gone)).status).toBe(409)
  expect(server.simulator.stats().messages).toBe(3)
})

test('a server deletes what has been kept long enough', async () => {
  const own = await ownDatabase()
  const { db } = await own.open(own.url)
  const id = randomUUID()
  await claimRun(db, { id, owner: 'ann', instance: 'gone', model: 'claude-opus-4-8', maxCostUsd: 1 })
  const end = JSON.stringify({ type: 'error', code: 'internal', message: 'x', retryable: true })
  await endRun(db, id, { log: '[]', end, usage: null, costUsd: null })
  await db.execute(`update run set log = null, cleared_at = now() - interval '36 days'`)
  await using _ = await startTestServer({}, { database: own })
  const claims = async () => claimRun(db, { id, owner: 'ann', instance: 'x', model: 'x', maxCostUsd: 0 })
  let attempt = await claims()
  while (!attempt.claimed) attempt = await claims()
  // Its id is free again, and this is another run.
  expect(attempt.run).toMatchObject({ end: null, instance: 'x' })
})
