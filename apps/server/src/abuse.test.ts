import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { collect } from './testing/collect.ts'
import { question } from './testing/question.ts'
import { startTestServer } from './testing/start-test-server.ts'
import { WireClient } from './testing/wire-client.ts'

const start = (content = 'hi [[sim tokens=5]]') => question({ content })

test('a start beyond the limit per minute is refused with a retry time; a retry of an earlier one is not', async () => {
  await using server = await startTestServer({ STARTS_PER_MINUTE: '3' })
  const client = await server.client()
  const inputs = [start(), start(), start()]
  for (const input of inputs) {
    expect((await client.call('chat.send', input)).status).toBe(200)
    await collect(await client.events(input))
  }
  const { status, body, headers } = await client.call('chat.send', start())
  expect([status, body.error.data.code]).toEqual([429, 'TOO_MANY_REQUESTS'])
  expect(body.error.message).toMatch(/At most 3 questions a minute/)
  expect(body.error.data.retryAfterMs).toBeGreaterThan(0)
  expect(body.error.data.retryAfterMs).toBeLessThanOrEqual(60_000)
  expect(Number(headers.get('retry-after'))).toBe(Math.ceil(body.error.data.retryAfterMs / 1000))
  for (const input of inputs) expect((await client.call('chat.send', input)).status).toBe(200)
  // Other sessions are not affected.
  expect((await (await server.client()).call('chat.send', start())).status).toBe(200)
})

test('the same start sent twice at once counts once, also at the limit', async () => {
  await using server = await startTestServer({ STARTS_PER_MINUTE: '1' })
  const client = await server.client()
  const input = start()
  // In one batch, the second reaches the limit before the first has started the run.
  const twice = async (same: object) =>
    (await client.call('chat.send,chat.send?batch=1', { 0: same, 1: same })).body
  const { runId } = input
  const data = { runId, messageId: expect.any(String) }
  expect(await twice(input)).toEqual([{ result: { data } }, { result: { data } }])
  await collect(await client.events({ runId }))
  // Beyond the limit both are refused, and neither is started.
  for (const { error } of await twice(start())) expect(error.data.code).toBe('TOO_MANY_REQUESTS')
  expect(server.simulator.stats().messages).toBe(1)
})

test('an address has one limit for all its sessions, an IPv6 address by its /64', async () => {
  await using server = await startTestServer({ STARTS_PER_MINUTE_PER_IP: '2', TRUST_PROXY: '1' })
  const statuses: number[] = []
  for (const ip of ['10.1.1.1', '10.1.1.1', '::ffff:10.1.1.1', '10.2.2.2']) {
    const client = await server.client({ 'x-forwarded-for': ip })
    statuses.push((await client.call('chat.send', start())).status)
  }
  for (const ip of ['2001:db8:0:1::1', '2001:db8:0:1::2', '2001:db8:0:1:ffff::', '2001:db8:0:2::1']) {
    const client = await server.client({ 'x-forwarded-for': ip })
    statuses.push((await client.call('chat.send', start())).status)
  }
  expect(statuses).toEqual([200, 200, 429, 200, 200, 200, 429, 200])
})

test('with the default limits, an address that floods the server does not block others', async () => {
  await using server = await startTestServer({ TRUST_PROXY: '1' })
  const hang = () => start('flood [[sim fault=hang]]')
  const flood = async () => {
    // Without cookies every start is a new session.
    const client = new WireClient(server.url, { headers: { 'x-forwarded-for': '192.0.2.1' } })
    const { status, body } = await client.call('chat.send', hang())
    return { status, message: body.error?.message as string | undefined }
  }
  const answers = await Promise.all(Array.from({ length: 80 }, flood))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(20)
  const refusals = new Set(answers.map(({ message }) => message))
  expect(refusals).toEqual(
    new Set([
      undefined,
      'At most 20 answers at a time for one address; wait for one to end.',
      'At most 60 questions a minute from one address.',
    ]),
  )
  const honest = await server.client({ 'x-forwarded-for': '192.0.2.2' })
  const runId = await server.start(honest, 'honest [[sim tokens=5]]')
  expect((await collect(await honest.events({ runId }))).terminal?.type).toBe('done')
})

test('an address at its limit may start again when one of its runs has ended', async () => {
  await using server = await startTestServer({ MAX_RUNS_PER_IP: '1' })
  const client = await server.client()
  for (let i = 0; i < 3; i++) {
    const runId = await server.start(client, `one ${i} [[sim tps=100 tokens=9999]]`)
    const { status, body, headers } = await (await server.client()).call('chat.send', start())
    expect([status, body.error.data.code, headers.get('retry-after')]).toEqual([
      429,
      'TOO_MANY_REQUESTS',
      '5',
    ])
    await client.call('runs.stop', { runId })
    await collect(await client.events({ runId }))
  }
  // A start that is refused for another reason does not count.
  const other = await server.client()
  const theirs = await server.start(other, 'theirs [[sim tokens=5]]')
  await collect(await other.events({ runId: theirs }))
  expect((await client.call('chat.send', { ...start(), runId: theirs })).status).toBe(404)
  expect((await client.call('chat.send', start())).status).toBe(200)
})

test('the same start sent twice at once counts once for its address, and no longer once it has ended', async () => {
  await using server = await startTestServer({ MAX_RUNS_PER_IP: '2' })
  const client = await server.client()
  const input = start()
  // The calls of a batch run in the same turn of the event loop.
  const { body } = await client.post('chat.send,chat.send?batch=1', JSON.stringify({ 0: input, 1: input }))
  expect(body).toMatchObject([input, input].map(({ runId }) => ({ result: { data: { runId } } })))
  await collect(await client.events(input))
  const hang = () => client.call('chat.send', start('[[sim fault=hang]]'))
  expect([(await hang()).status, (await hang()).status, (await hang()).status]).toEqual([200, 200, 429])
})

test('X-Forwarded-For is not trusted unless configured, and the log warns of it once', async () => {
  await using server = await startTestServer({ STARTS_PER_MINUTE_PER_IP: '1' })
  const statuses: number[] = []
  for (const ip of ['10.1.1.1', '10.2.2.2']) {
    const client = await server.client({ 'x-forwarded-for': ip })
    statuses.push((await client.call('chat.send', start())).status)
  }
  expect(statuses).toEqual([200, 429])
  const warnings = server.logs.filter(({ level }) => level === 40).map(({ msg }) => msg)
  expect(warnings).toEqual([expect.stringMatching(/X-Forwarded-For.*see TRUST_PROXY/)])
})

test('without a proxy, or with one that is trusted, the log does not warn of it', async () => {
  await using direct = await startTestServer()
  await direct.client()
  await using behind = await startTestServer({ TRUST_PROXY: '1' })
  await behind.client({ 'x-forwarded-for': '10.1.1.1' })
  expect([...direct.logs, ...behind.logs].filter(({ level }) => level === 40)).toEqual([])
})

test('acks and subscriptions have their own limits, exceeded by one more and not before', async () => {
  await using server = await startTestServer({ ACKS_PER_MINUTE: '5', SUBSCRIPTIONS_PER_MINUTE: '3' })
  const client = await server.client()
  const runId = await server.start(client, 'caps [[sim tokens=5]]')
  const ack = () => client.call('runs.ack', { runId, readerId: randomUUID(), position: 0 })
  const acks = [await ack(), await ack(), await ack(), await ack(), await ack(), await ack()]
  expect(acks.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429])
  for (let i = 0; i < 3; i++)
    expect((await collect(await client.events({ runId }))).terminal?.type).toBe('done')
  const { refusals } = await collect(await client.events({ runId }))
  expect(refusals.map(({ code }) => code)).toEqual(['TOO_MANY_REQUESTS'])
})

test.each([
  ['another origin', { origin: 'https://evil.example' }],
  ['another site, by the browser’s word', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
  ['a sibling site', { 'sec-fetch-site': 'same-site', origin: 'https://other.localhost' }],
  ['an opaque origin', { origin: 'null' }],
])('a state-changing call from %s is refused', async (_, headers) => {
  await using server = await startTestServer()
  const client = await server.client(headers)
  const { status, body } = await client.call('chat.send', start())
  expect([status, body.error.data.code]).toEqual([403, 'FORBIDDEN'])
  expect(server.simulator.stats().messages).toBe(0)
})

test('calls from our own page, and from clients that are not pages, are served', async () => {
  await using server = await startTestServer()
  const { host } = new URL(server.url)
  for (const headers of [
    {},
    { origin: `http://${host}` },
    { 'sec-fetch-site': 'same-origin', origin: 'http://behind.a.proxy' },
  ]) {
    const client = await server.client(headers)
    expect((await client.call('chat.send', start())).status).toBe(200)
  }
})

test('CORS is on for the configured origins only', async () => {
  await using closed = await startTestServer()
  await using open = await startTestServer({ ALLOWED_ORIGINS: 'https://app.example' })
  const allowedFor = async (url: string, origin: string) =>
    (await fetch(`${url}/trpc/models.list`, { headers: { origin } })).headers.get(
      'access-control-allow-origin',
    )
  expect(await allowedFor(closed.url, 'https://app.example')).toBeNull()
  expect(await allowedFor(open.url, 'https://app.example')).toBe('https://app.example')
  expect(await allowedFor(open.url, 'https://evil.example')).toBeNull()
  const client = await open.client({ origin: 'https://app.example', 'sec-fetch-site': 'cross-site' })
  expect((await client.call('chat.send', start())).status).toBe(200)
})

/** Nothing but our own origin, save images that stand in the page itself. Letter for letter: a looser one leaks. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join(';')

test('every response has the security headers', async () => {
  await using server = await startTestServer()
  for (const path of ['/healthz', '/trpc/models.list', '/nowhere']) {
    const { headers } = await fetch(`${server.url}${path}`)
    expect(headers.get('content-security-policy')).toBe(POLICY)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('x-powered-by')).toBeNull()
    expect(headers.get('strict-transport-security')).toBeNull()
  }
})

test('the API key is in no response, event or log line, whatever fails', async () => {
  await using server = await startTestServer({ LOG_LEVEL: 'trace' })
  const client = await server.client()
  const said: unknown[] = []
  for (const fault of ['status code=401', 'status code=500', 'html', 'reset@3', 'badjson@3', 'refusal']) {
    const runId = await server.start(client, `leak [[sim tokens=20 fault=${fault}]]`)
    said.push(await collect(await client.events({ runId })))
  }
  said.push(
    await client.call('chat.send', { runId: 'x' }),
    await client.call('nothing.here', {}),
    server.logs,
  )
  const everything = JSON.stringify(said)
  expect(everything).not.toContain('test-key')
  expect(everything).not.toMatch(/node_modules|at \w+ \(|<html|invalid x-api-key/i)
})
