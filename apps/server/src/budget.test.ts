import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { collect } from './testing/collect.ts'
import { startTestServer, type TestServer } from './testing/start-test-server.ts'
import type { WireClient } from './testing/wire-client.ts'

const start = (content: string, fields: object = {}) => ({
  runId: randomUUID(),
  messages: [{ role: 'user', content }],
  ...fields,
})

/** Asks, reads the answer to its end, and resolves to how it ended. */
async function ask(server: TestServer, client: WireClient, content: string) {
  const runId = await server.start(client, content)
  const { terminal } = await collect(await client.events({ runId }))
  if (terminal === undefined) throw new Error('expected an end')
  return terminal
}

test('an owner’s budget once used up, the next question waits for 00:00 UTC; a retry of an old one does not', async () => {
  await using server = await startTestServer({ DAILY_USD_PER_OWNER: '0.001' })
  const client = await server.client()
  const first = start('spend [[sim tokens=300]]')
  expect((await client.call('chat.start', first)).status).toBe(200)
  await collect(await client.events({ runId: first.runId }))
  const { status, body, headers } = await client.call('chat.start', start('more'))
  expect([status, body.error.data.code]).toEqual([429, 'TOO_MANY_REQUESTS'])
  expect(body.error.message).toBe(
    'Your budget for today, 0.001 US dollars, is used up. The next day begins at 00:00 UTC.',
  )
  expect(body.error.data.retryAfterMs).toBeGreaterThan(0)
  expect(body.error.data.retryAfterMs).toBeLessThanOrEqual(86_400_000)
  expect(Number(headers.get('retry-after'))).toBe(Math.ceil(body.error.data.retryAfterMs / 1000))
  expect((await client.call('chat.start', first)).status).toBe(200)
  // Another session is not held to it.
  expect((await ask(server, await server.client(), 'another [[sim tokens=5]]')).type).toBe('done')
})

test('the server’s budget once used up, new sessions gain nothing', async () => {
  await using server = await startTestServer({ DAILY_USD: '0.001' })
  await ask(server, await server.client(), 'spend [[sim tokens=300]]')
  const { status, body } = await (await server.client()).call('chat.start', start('more'))
  expect(status).toBe(429)
  expect(body.error.message).toMatch(/^The budget of this server for today, 0.001 US dollars, is used up/)
})

test('many sessions that start at once overspend by one worst case at most', async () => {
  // A default request may cost 1.60 dollars and its prompt.
  await using server = await startTestServer({ DAILY_USD: '5' })
  const statuses = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const { status, body } = await (await server.client()).call('chat.start', start('[[sim fault=hang]]'))
      if (status !== 200)
        expect(body.error.message).toMatch(/may be used up by answers that are being written/)
      return status
    }),
  )
  expect(statuses.filter((status) => status === 200)).toHaveLength(4)
  expect(server.simulator.stats().messages).toBeLessThanOrEqual(4)
})

const ENDS: [what: string, directive: string, stop: boolean][] = [
  ['an answer', 'tokens=50', false],
  ['an answer that broke off', 'tokens=50 fault=eof@40', false],
  ['an answer that was stopped', 'tps=200 tokens=5000', true],
]

test.each(ENDS)('%s counts as what it cost, and nothing stays held back', async (_, directive, stop) => {
  await using server = await startTestServer({ METRICS_PORT: '0', DAILY_USD: '5' })
  const client = await server.client()
  const runId = await server.start(client, `cost [[sim ${directive}]]`)
  const connection = await client.events({ runId })
  const seen = await collect(connection, { enough: ({ text }) => stop && text.length > 20 })
  if (stop) await client.call('runs.stop', { runId })
  const { terminal } = stop ? await collect(connection, { after: seen.position }) : seen
  expect(terminal?.costUsd).toBeGreaterThan(0)
  const metrics = await (await fetch(server.metricsUrl ?? '')).text()
  expect(Number(/^sluice_spent_usd_today (.+)$/m.exec(metrics)?.[1])).toBeCloseTo(terminal?.costUsd ?? 0, 9)
  const again = await Promise.all(
    Array.from({ length: 4 }, async () =>
      (await server.client()).call('chat.start', start('[[sim fault=hang]]')),
    ),
  )
  expect(again.map(({ status }) => status)).toEqual([200, 200, 200, 200])
})

test('a model without known prices spends as the dearest known one', async () => {
  await using server = await startTestServer({ CLAUDE_MODEL: 'claude-mine', DAILY_USD: '0.001' })
  const terminal = await ask(server, await server.client(), 'spend [[sim tokens=300]]')
  expect(terminal.costUsd).toBeNull()
  const { status } = await (await server.client()).call('chat.start', start('more'))
  expect(status).toBe(429)
})

test('a question that Claude refused to take costs nothing', async () => {
  await using server = await startTestServer({ DAILY_USD: '0.000001' })
  const client = await server.client()
  for (let i = 0; i < 2; i++)
    expect((await ask(server, client, `${i} [[sim fault=status code=400]]`)).type).toBe('error')
})

test('starts that are refused are counted by reason', async () => {
  await using server = await startTestServer({
    METRICS_PORT: '0',
    MAX_RUNS_PER_OWNER: '1',
    MAX_RUNS_PER_IP: '2',
    STARTS_PER_MINUTE: '3',
    STARTS_PER_MINUTE_PER_IP: '6',
  })
  const client = await server.client()
  const hang = () => start('[[sim fault=hang]]')
  const first = hang()
  for (const input of [first, first, hang(), hang(), hang()]) await client.call('chat.start', input)
  for (let i = 0; i < 3; i++) await (await server.client()).call('chat.start', hang())
  const metrics = await (await fetch(server.metricsUrl ?? '')).text()
  const counts = [...metrics.matchAll(/^sluice_starts_refused_total\{reason="(\w+)"\} (\d+)$/gm)]
  expect(Object.fromEntries(counts.map(([, reason, count]) => [reason, Number(count)]))).toEqual({
    too_many_runs: 2,
    owner_rate: 1,
    address_runs: 1,
    address_rate: 1,
  })
})
