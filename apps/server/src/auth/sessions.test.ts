import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { afterEach, expect, test, vi } from 'vitest'
import { collect } from '../testing/collect.ts'
import { startTestServer } from '../testing/start-test-server.ts'
import { ownDatabase, testDatabase } from '../testing/test-database.ts'
import { until } from '../testing/until.ts'
import { WireClient } from '../testing/wire-client.ts'
import { procedure, router } from '../trpc.ts'
import { protectedProcedure } from './protected-procedure.ts'
import { ACCOUNTS, createAccount, errorOf, person, SESSION_ENDED, signUp, who } from './testing/person.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const SESSION = '^sluice\\.session_token=[\\w%.]+; Max-Age=2592000; Path=/; HttpOnly; '

/** Later, for what compares dates. Timers go on as they were. */
function travel(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })
}
afterEach(() => void vi.useRealTimers())

test.each([
  ['over http', {}, {}, 'SameSite=Lax'],
  [
    'behind TLS',
    { TRUST_PROXY: '1', PUBLIC_URL: 'https://localhost' },
    { 'x-forwarded-proto': 'https' },
    'Secure; SameSite=Lax',
  ],
  ['for pages of other sites', { ALLOWED_ORIGINS: 'https://app.example' }, {}, 'Secure; SameSite=None'],
])(
  '%s a session is in one cookie, which no script can read, and replaces the guest’s',
  async (_, env, headers, flags) => {
    await using server = await startTestServer({ ...ACCOUNTS, ...env })
    const client = await server.client(headers)
    const ada = await createAccount(server, client)
    const cookies = (await client.auth('sign-in/email', ada)).headers.getSetCookie()
    expect(cookies).toEqual([expect.stringMatching(new RegExp(`${SESSION}${flags}$`))])
    const first = await client.query('models.list')
    expect(first.headers.getSetCookie()).toEqual([`sluice_session=; Max-Age=0; Path=/; HttpOnly; ${flags}`])
    expect((await client.query('models.list')).headers.getSetCookie()).toEqual([])
  },
)

test('a page of another site can neither sign a browser in nor out', async () => {
  await using server = await startTestServer(ACCOUNTS)
  const client = await server.client()
  const ada = await signUp(server, client)
  for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }]) {
    const evil = new WireClient(server.url, { headers, cookie: client.cookie })
    for (const path of ['sign-in/email', 'sign-up/email', 'sign-in/social', 'sign-out', 'delete-user'])
      expect(errorOf(await evil.auth(path, ada))).toMatchObject({ status: 403 })
    expect(evil.cookie).toBe(client.cookie)
  }
  // What a form can send without asking first, and a link.
  const headers = { 'content-type': 'text/plain', cookie: client.cookie ?? '' }
  const sent = await fetch(`${server.url}/api/auth/sign-out`, { method: 'POST', body: '{}', headers })
  expect(sent.status).toBe(415)
  expect((await client.get('/api/auth/sign-out')).status).toBe(404)
  expect(await who(client)).toMatchObject({ email: ada.email })
})

test('a password cannot be guessed quickly: after ten wrong ones an address has to wait, after twenty the account', async () => {
  await using server = await startTestServer({ ...ACCOUNTS, TRUST_PROXY: '1' })
  const from = (ip: string) => new WireClient(server.url, { headers: { 'x-forwarded-for': ip } })
  const guesser = from('2001:db8::1')
  const ada = await signUp(server, guesser)
  // Those that succeed do not count.
  for (let i = 0; i < 12; i++) expect((await guesser.auth('sign-in/email', ada)).status).toBe(200)
  const guesses = Array.from({ length: 15 }, (__, i) => ({ ...ada, password: `wrong horse ${i}` }))
  const guessFrom = async (client: WireClient) => {
    const answers = guesses.map(async (guess) => (await client.auth('sign-in/email', guess)).status)
    return (await Promise.all(answers)).filter((status) => status === 401).length
  }
  expect(await guessFrom(guesser)).toBe(10)
  // Of the same /64. Its X-Forwarded-For is behind the one that counts.
  const neighbour = new WireClient(server.url, { headers: { 'x-forwarded-for': '192.0.2.9, 2001:db8::2' } })
  const refused = await neighbour.auth('sign-in/email', ada)
  expect(errorOf(refused)).toMatchObject({ status: 429, code: 'TOO_MANY_REQUESTS' })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(800)
  // Elsewhere, one may still sign in.
  expect((await from('192.0.2.1').auth('sign-in/email', ada)).status).toBe(200)
  // The sign-up was one of the twenty.
  expect(await guessFrom(from('192.0.2.2'))).toBe(9)
  const email = ada.email.toUpperCase()
  expect((await from('192.0.2.3').auth('sign-in/email', { ...ada, email })).status).toBe(429)
  const bob = from('192.0.2.3')
  await signUp(server, bob)
})

test('a session that is used is prolonged, its run goes on, and one that is not used for a month has ended', async () => {
  await using server = await startTestServer(ACCOUNTS)
  const client = await server.client()
  const { email } = await signUp(server, client)
  const runId = await server.start(client, 'long [[sim tps=200 tokens=400]]')
  const events = await client.events({ runId })
  const { position } = await collect(events, { enough: ({ text }) => text.length > 20 })
  travel(29 * DAY_MS)
  const ack = await client.call('runs.ack', { runId, readerId: runId, position })
  expect(ack.headers.getSetCookie()).toEqual([expect.stringMatching(new RegExp(SESSION))])
  expect((await collect(events, { after: position })).terminal?.type).toBe('done')
  travel(29 * DAY_MS)
  expect(await who(client)).toMatchObject({ email })
  travel(31 * DAY_MS)
  expect(errorOf(await client.query('conversations.list'))).toMatchObject(SESSION_ENDED)
  expect((await client.get('/export.json')).status).toBe(401)
})

test('a session that another server has revoked opens no stream, and after a minute nothing else is answered', async () => {
  await using here = await startTestServer(ACCOUNTS)
  await using there = await startTestServer(ACCOUNTS)
  const client = await here.client()
  await signUp(here, client)
  await who(client)
  const elsewhere = new WireClient(there.url, { cookie: client.cookie })
  expect((await elsewhere.auth('sign-out')).status).toBe(200)
  const call = () => client.query('conversations.list')
  expect((await call()).status).toBe(200)
  expect((await client.events({ runId: randomUUID() })).status).toBe(401)
  // Which has looked it up for the others.
  expect(errorOf(await call())).toMatchObject(SESSION_ENDED)
  const other = await here.client()
  await signUp(here, other)
  await who(other)
  await new WireClient(there.url, { cookie: other.cookie }).auth('sign-out')
  expect((await other.query('conversations.list')).status).toBe(200)
  travel(61_000)
  expect(errorOf(await other.query('conversations.list'))).toMatchObject(SESSION_ENDED)
})

test('a cookie that this server has not signed is no session', async () => {
  await using server = await startTestServer(ACCOUNTS)
  const client = await server.client()
  await signUp(server, client)
  await who(client)
  const forged = client.cookie?.replace(/session_token=\w{5}/, 'session_token=AAAAA')
  for (const cookie of [forged, 'sluice.session_token=x', 'sluice.session_token='])
    expect(errorOf(await new WireClient(server.url, { cookie }).query('models.list'))).toMatchObject(
      SESSION_ENDED,
    )
  // Nor is a guest's cookie one, under the other's name, or the other way round.
  const guest = (await server.client()).cookie?.split('=')[1]
  const swapped = new WireClient(server.url, { cookie: `sluice.session_token=${guest}` })
  expect(errorOf(await swapped.query('models.list'))).toMatchObject(SESSION_ENDED)
  const token = client.cookie?.split('session_token=')[1]
  const other = await new WireClient(server.url, { cookie: `sluice_session=${token}` }).query('models.list')
  expect(other.headers.getSetCookie()).toEqual([expect.stringMatching(/^sluice_session=guest-/)])
})

test('for a user too, a frame and an ack make no query', async () => {
  const { open } = await testDatabase()
  const queries: string[] = []
  const onQuery = (text: string) => {
    // Beats are made by the clock.
    if (!/(into|from) "instance"/.test(text)) queries.push(text)
  }
  await using server = await startTestServer(
    { ...ACCOUNTS, WINDOW_CHARS: '200', FRAME_MS: '1' },
    { openDatabase: (url, options) => open(url, { ...options, onQuery }) },
  )
  await server.ready()
  const client = await server.client()
  await signUp(server, client)
  /** Reads an answer of so many tokens, with an ack for each frame. */
  const answer = async (tokens: number) => {
    queries.length = 0
    const runId = await server.start(client, `count [[sim tokens=${tokens} thinking=0]]`)
    const readerId = randomUUID()
    let acks = 0
    await collect(await client.events({ runId, readerId }), {
      async enough({ position }) {
        acks += 1
        expect((await client.call('runs.ack', { runId, readerId, position })).status).toBe(200)
        return false
      },
    })
    return { acks, queries: queries.toSorted() }
  }
  let short = await answer(5)
  // The first sweep is over when the same makes the same queries.
  await until(async () => {
    const before = short
    short = await answer(5)
    return isDeepStrictEqual(short.queries, before.queries)
  })
  const long = await answer(2000)
  expect(long.acks).toBeGreaterThan(short.acks + 20)
  expect(long.queries).toEqual(short.queries)
  // The stream's opening looks the session up.
  expect(short.queries).toContainEqual(expect.stringContaining('from "auth_session"'))
})

test('while the database fails, no sign-in or sign-out is said to have worked or to be refused, and nothing of a query is shown or logged', async () => {
  const database = await ownDatabase()
  const { db } = await database.open(database.url)
  await using server = await startTestServer(ACCOUNTS, { database })
  const client = await server.client()
  const ada = await signUp(server, client)
  const { cookie } = client
  const move = async (from: string, to: string) => {
    for (const table of ['user', 'session', 'account'])
      await db.execute(`alter table ${from}_${table} rename to ${to}_${table}`)
  }
  await move('auth', 'gone')
  for (const [path, body] of [
    ['sign-out', {}],
    ['sign-in/email', ada],
    ['sign-up/email', person()],
    ['request-password-reset', ada],
    ['revoke-other-sessions', {}],
  ] as const) {
    const answer = await client.auth(path, body)
    expect(errorOf(answer), path).toMatchObject({ status: 503, code: 'SERVICE_UNAVAILABLE' })
    expect(answer.headers.getSetCookie()).toEqual([])
  }
  const elsewhere = new WireClient(server.url, { cookie: `${cookie}; x=1` })
  expect((await elsewhere.events({ runId: randomUUID() })).status).toBe(503)
  const lines = server.logs.filter(({ msg }) => msg === 'the database failed')
  expect(lines.length).toBeGreaterThan(4)
  expect(lines[0]).toMatchObject({ err: { message: expect.stringContaining('does not exist') } })
  expect(JSON.stringify(lines)).not.toMatch(`${ada.email}|select|session_token`)
  await move('gone', 'auth')
  expect(await who(client)).toMatchObject({ email: ada.email })
})

test('what a guest has is handed over by a later request when the first one could not', async () => {
  const database = await ownDatabase()
  const { db } = await database.open(database.url)
  await using server = await startTestServer(ACCOUNTS, { database })
  const client = await server.client()
  await server.start(client, 'as a guest [[sim tokens=5]]')
  await signUp(server, client)
  await db.execute('alter table attachment rename to gone')
  const first = await client.query('models.list')
  expect([first.status, first.headers.getSetCookie()]).toEqual([503, []])
  await db.execute('alter table gone rename to attachment')
  expect((await client.query('conversations.list')).body.result.data.conversations).toHaveLength(1)
  expect(client.cookie).not.toContain('sluice_session')
})

test('a protected procedure is for people who have signed in', async () => {
  const secrets = router({
    open: procedure.query(() => 'open'),
    mine: protectedProcedure.query(({ ctx }) => ctx.signedIn.email),
  })
  await using server = await startTestServer(ACCOUNTS, { router: secrets })
  const client = new WireClient(server.url)
  expect((await client.query('open')).body.result.data).toBe('open')
  const refused = await client.query('mine')
  expect(refused.body.error).toMatchObject({ message: 'Sign in first.', data: { httpStatus: 401 } })
  expect(refused.body.error.data.sessionEnded).toBeUndefined()
  const { email } = await signUp(server, client)
  expect((await client.query('mine')).body.result.data).toBe(email)
})

test('routes that are not used are unknown, and all of them while accounts are off', async () => {
  const unused = ['get-session', 'change-email', 'update-user', 'link-social', 'list-sessions']
  await using server = await startTestServer(ACCOUNTS)
  const client = await server.client()
  for (const path of unused) expect((await client.auth(path)).status, path).toBe(404)
  await using off = await startTestServer()
  const guest = await off.client()
  for (const path of [...unused, 'sign-in/email', 'sign-up/email', 'sign-out'])
    expect((await guest.auth(path, person())).status, path).toBe(404)
  expect(await who(guest)).toBeUndefined()
})
