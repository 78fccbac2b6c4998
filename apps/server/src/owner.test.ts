import { createHmac, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { TRPCError } from '@trpc/server'
import { expect, test } from 'vitest'
import type { OwnerOf } from './owner.ts'
import { collect } from './testing/collect.ts'
import { question } from './testing/question.ts'
import { SESSION_SECRET, startTestServer } from './testing/start-test-server.ts'
import { WireClient } from './testing/wire-client.ts'

const SESSION = 'sluice_session=guest-[0-9a-f-]{36}\\.\\d+\\.[\\w%]+; Max-Age=7776000; Path=/; HttpOnly'

test.each([
  ['over http', {}, {}, 'SameSite=Lax'],
  ['behind TLS', { TRUST_PROXY: '1' }, { 'x-forwarded-proto': 'https' }, 'Secure; SameSite=Lax'],
  ['for pages of other sites', { ALLOWED_ORIGINS: 'https://app.example' }, {}, 'Secure; SameSite=None'],
])('%s the session is in one cookie, which no script can read', async (_, env, headers, rest) => {
  await using server = await startTestServer(env)
  const response = await fetch(`${server.url}/trpc/models.list`, { headers })
  const cookies = response.headers.getSetCookie()
  expect(cookies).toEqual([expect.stringMatching(new RegExp(`^${SESSION}; ${rest}$`))])
})

test('an event stream that is a client’s first request starts its session too', async () => {
  await using server = await startTestServer()
  const connection = await new WireClient(server.url).events({ runId: randomUUID() })
  expect((await collect(connection)).refusals).toMatchObject([{ code: 'NOT_FOUND' }])
  const [cookie] = connection.headers['set-cookie'] ?? []
  expect(cookie).toMatch(new RegExp(`^${SESSION}; SameSite=Lax$`))
  // The next request keeps this session.
  const session = cookie?.split(';', 1)[0] ?? ''
  const response = await fetch(`${server.url}/trpc/models.list`, { headers: { cookie: session } })
  expect(response.headers.getSetCookie()).toEqual([])
})

test('a guest’s cookie is renewed on the first request of a day, and is the same guest’s', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const runId = await server.start(client, 'kept [[sim tokens=5]]')
  const day = Number(client.cookie?.split('.')[1])
  const old = sign(`${client.cookie?.split('=')[1]?.split('.')[0]}.${day - 89}`)
  const url = `${server.url}/trpc/models.list`
  const renewed = (await fetch(url, { headers: { cookie: old } })).headers.getSetCookie()
  expect(renewed).toEqual([expect.stringMatching(new RegExp(`^${SESSION}; SameSite=Lax$`))])
  expect(renewed[0]?.split('.')[1]).toBe(String(day))
  const cookie = renewed[0]?.split(';', 1)[0] ?? ''
  expect((await fetch(url, { headers: { cookie } })).headers.getSetCookie()).toEqual([])
  const sameGuest = new WireClient(server.url, { cookie })
  expect((await collect(await sameGuest.events({ runId }))).terminal?.type).toBe('done')
})

/** A session cookie as a server of the tests would have set it. */
function sign(value: string): string {
  const signature = createHmac('sha256', SESSION_SECRET).update(value).digest('base64').replaceAll('=', '')
  return `sluice_session=${encodeURIComponent(`${value}.${signature}`)}`
}

/** Owners by name, from a store that takes its time, sometimes refuses, and sometimes breaks. */
const byName: OwnerOf = async ({ headers }) => {
  await Promise.resolve()
  const name = headers['x-user']
  if (name === 'broken') throw new Error('connection to accounts-db-1 lost')
  if (typeof name === 'string') return name
  throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' })
}

test('with your own accounts, a run belongs to the account’s owner', async () => {
  await using server = await startTestServer({}, { ownerOf: byName })
  const [ann, sameAnn, bob] = ['ann', 'ann', 'bob'].map(
    (name) => new WireClient(server.url, { headers: { 'x-user': name } }),
  ) as [WireClient, WireClient, WireClient]
  const input = question()
  const { runId } = input
  expect((await ann.call('chat.send', input)).status).toBe(200)
  expect((await collect(await sameAnn.events({ runId }))).terminal?.type).toBe('done')
  expect((await collect(await bob.events({ runId }))).refusals).toMatchObject([{ code: 'NOT_FOUND' }])
  expect(ann.cookie).toBeUndefined()
})

test.each([
  ['a refusal', {}, 'Sign in first.', 0],
  ['an error that is not one', { 'x-user': 'broken' }, 'The session could not be checked.', 1],
])('%s of the owner is a 401 everywhere, and nothing has begun', async (_, headers, message, logged) => {
  const limits = { SUBSCRIPTIONS_PER_MINUTE: '1', STARTS_PER_MINUTE: '1' }
  await using server = await startTestServer(limits, { ownerOf: byName })
  const stranger = new WireClient(server.url, { headers })
  const input = question()
  const { runId } = input
  const events = `runs.events?input=${encodeURIComponent(JSON.stringify({ runId }))}`
  const answers = [
    await stranger.call('chat.send', input),
    await stranger.call('runs.stop,runs.stop?batch=1', {}),
    await stranger.query(events),
  ]
  for (const { status, headers: sent, body } of answers) {
    expect(status).toBe(401)
    expect(sent.get('content-type')).toMatch(/^application\/json/)
    for (const { error } of [body].flat())
      expect(error).toMatchObject({ message, code: -32_001, data: { code: 'UNAUTHORIZED', httpStatus: 401 } })
  }
  expect(server.simulator.stats().messages).toBe(0)
  expect(server.runs.readers).toBe(0)
  const errors = server.logs.filter(({ level }) => Number(level) >= 50)
  expect(errors).toHaveLength(answers.length * logged)
  for (const { err } of errors) expect(err).toMatchObject({ message: 'connection to accounts-db-1 lost' })
  // The one start and the one subscription per minute are not used up.
  const ann = new WireClient(server.url, { headers: { 'x-user': 'ann' } })
  expect((await ann.call('chat.send', input)).status).toBe(200)
  expect((await collect(await ann.events({ runId }))).terminal?.type).toBe('done')
})

test('a reader that leaves while its owner is looked up keeps no run going', async () => {
  let asked = () => {}
  const looking = new Promise<void>((resolve) => (asked = resolve))
  const slowForReaders: OwnerOf = async ({ raw, url }) => {
    if (!url.includes('runs.events')) return 'ann'
    asked()
    await once(raw.socket, 'close')
    return 'ann'
  }
  await using server = await startTestServer({ GRACE_MS: '300' }, { ownerOf: slowForReaders })
  const client = new WireClient(server.url)
  const runId = await server.start(client, 'gone [[sim tps=50 tokens=9000]]')
  const leaving = new AbortController()
  const input = encodeURIComponent(JSON.stringify({ runId }))
  const reading = fetch(`${server.url}/trpc/runs.events?input=${input}`, { signal: leaving.signal })
  await looking
  leaving.abort()
  await expect(reading).rejects.toMatchObject({ name: 'AbortError' })
  expect((await server.upstreamEnd()).outcome).toBe('aborted')
  expect(server.runs.readers).toBe(0)
})
