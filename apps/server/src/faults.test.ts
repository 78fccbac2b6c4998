import { afterAll, beforeAll, expect, test } from 'vitest'
import { collect } from './testing/collect.ts'
import { startTestServer, type TestServer } from './testing/start-test-server.ts'

/** What the simulator does, what the reader is told, and whether trying again makes sense. */
const FAULTS: [directive: string, outcome: string, retryable?: boolean][] = [
  ['fault=status code=529', 'overloaded', true],
  ['fault=status code=429', 'rate_limited', true],
  ['fault=status code=429 retry-after=600', 'rate_limited', true],
  ['fault=status code=401', 'auth', false],
  ['fault=status code=403', 'auth', false],
  ['fault=status code=400', 'invalid_request', false],
  ['fault=status code=404', 'invalid_request', false],
  ['fault=status code=413', 'invalid_request', false],
  ['fault=status code=500', 'internal', true],
  ['fault=status code=503', 'overloaded', true],
  ['fault=status code=502', 'internal', true],
  ['fault=status code=504', 'upstream_timeout', true],
  ['fault=status code=524', 'upstream_timeout', true],
  ['fault=status code=408', 'upstream_timeout', true],
  ['fault=status code=409', 'invalid_request', false],
  ['fault=hang', 'upstream_timeout', true],
  ['fault=html', 'upstream_interrupted', true],
  ['fault=json', 'upstream_interrupted', true],
  ['fault=empty', 'upstream_interrupted', true],
  ['fault=error@20', 'overloaded', true],
  ['fault=error@20 error-type=api_error', 'internal', true],
  ['fault=error@20 error-type=rate_limit_error', 'rate_limited', true],
  ['fault=reset@20', 'upstream_interrupted', true],
  ['fault=reset@0', 'upstream_interrupted', true],
  ['fault=drop@20', 'upstream_interrupted', true],
  ['fault=eof@20', 'upstream_interrupted', true],
  ['fault=half@20', 'upstream_interrupted', true],
  ['fault=badjson@20', 'upstream_interrupted', true],
  ['fault=stall@20', 'upstream_timeout', true],
  ['fault=refusal@20', 'refused', false],
  ['fault=refusal', 'refused', false],
  ['fault=max_tokens@20', 'max_tokens'],
  // Claude had already sent the stop reason.
  ['fault=unterminated', 'end_turn'],
  ['fault=bytes tokens=60', 'end_turn'],
  ['fault=unknown', 'end_turn'],
  ['fault=reorder', 'end_turn'],
]

let shared: TestServer
beforeAll(async () => {
  shared = await startTestServer({ UPSTREAM_IDLE_MS: '3000' })
})
afterAll(() => shared.close())

test.each(FAULTS)('%s ends in exactly one terminal event: %s', async (directive, outcome, retryable) => {
  const before = shared.simulator.stats().requests.length
  const client = await shared.client()
  const runId = await shared.start(client, `fault [[sim tokens=100 ${directive}]]`)
  const run = await collect(await client.events({ runId }))

  const ends = run.events.filter((event) => event.type === 'done' || event.type === 'error')
  expect(ends).toHaveLength(1)
  expect(run.events.at(-1)).toBe(ends[0])
  if (retryable === undefined) expect(ends[0]).toMatchObject({ type: 'done', stopReason: outcome })
  else expect(ends[0]).toMatchObject({ type: 'error', code: outcome, retryable })

  // Only a request that was surely not accepted is retried.
  const requests = shared.simulator.stats().requests.slice(before)
  const again = /code=(429|503|529)$/.test(directive)
  expect(requests).toHaveLength(again ? 3 : 1)
  expect(requests.filter(({ status }) => status < 400)).toHaveLength(directive.includes('status') ? 0 : 1)
  // The text before the fault was delivered: a prefix, or with `done` all of it.
  const sent = requests.at(-1)?.text ?? ''
  if (retryable === undefined) expect(run.text).toBe(sent)
  else expect(sent.startsWith(run.text)).toBe(true)
  if (/(error|eof|half|badjson|refusal)@20/.test(directive)) expect(run.text.length).toBeGreaterThan(20)
  await shared.simulator.waitFor(({ open }) => open === 0)
})

test('endless pings do not keep a dead answer alive: the run ends at its limit', async () => {
  await using server = await startTestServer({ UPSTREAM_IDLE_MS: '60000', RUN_MAX_MS: '500' })
  const client = await server.client()
  const runId = await server.start(client, 'dead [[sim fault=stall-pings@10 ping=20]]')
  const run = await collect(await client.events({ runId }))
  expect(run.terminal).toMatchObject({ type: 'error', code: 'upstream_timeout' })
  await server.upstreamEnd()
})

test('long silent thinking with pings does not count as idle', async () => {
  await using server = await startTestServer({ UPSTREAM_IDLE_MS: '400' })
  const client = await server.client()
  const runId = await server.start(client, 'think [[sim ttft=1200 ping=50 tokens=20]]')
  const run = await collect(await client.events({ runId }))
  expect(run.terminal).toMatchObject({ type: 'done' })
})

test('a pause for a slow reader does not count as an idle upstream', async () => {
  const env = { WINDOW_CHARS: '500', FRAME_MS: '5', UPSTREAM_IDLE_MS: '150', LEASE_MS: '60000' }
  await using server = await startTestServer(env)
  const client = await server.client()
  const readerId = '11111111-1111-4111-8111-111111111111'
  // Far more than the socket buffers hold, so that the pump pauses.
  const runId = await server.start(client, 'slow [[sim tokens=128000 thinking=0]]')
  const connection = await client.events({ runId, readerId })
  const part = await collect(connection, { enough: ({ position }) => position >= 500 })
  // Longer than three idle limits, measured by another run that ends at its own limit.
  for (let i = 0; i < 3; i++) {
    const other = await server.start(client, `clock ${i} [[sim fault=hang]]`)
    expect((await collect(await client.events({ runId: other }))).terminal).toMatchObject({
      code: 'upstream_timeout',
    })
  }
  // Far more than was read before the pause: the connection to Claude is still open.
  await client.call('runs.ack', { runId, readerId, position: part.position })
  const more = await collect(connection, {
    after: part.position,
    enough: async ({ position }) => {
      await client.call('runs.ack', { runId, readerId, position })
      return position > 10_000
    },
  })
  expect(more.terminal).toBeUndefined()
  await client.call('runs.stop', { runId })
})

test('a short overload is retried, and the reader does not notice', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const runId = await server.start(client, 'again [[sim tokens=20 fault=status code=529 times=1]]')
  const run = await collect(await client.events({ runId }))
  expect(run.terminal).toMatchObject({ type: 'done' })
  expect(server.simulator.stats().requests.map(({ status }) => status)).toEqual([529, 200])
})

test('a failure is logged with the request id, without the API key and the upstream message', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const runId = await server.start(client, 'log [[sim fault=status code=401]]')
  const run = await collect(await client.events({ runId }))
  const line = server.logs.find(({ msg }) => msg === 'Claude failed')
  expect(line).toMatchObject({ runId, code: 'auth', status: 401, requestId: server.upstream().id })
  const said = JSON.stringify([run.events, server.logs])
  expect(said).not.toContain('test-key')
  expect(said).not.toContain('authentication_error')
})
