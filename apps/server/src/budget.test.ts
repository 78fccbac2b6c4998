import { expect, test } from 'vitest'
import { collect } from './testing/collect.ts'
import { question } from './testing/question.ts'
import { startTestServer, type TestServer } from './testing/start-test-server.ts'
import { ownDatabase } from './testing/test-database.ts'
import { WireClient } from './testing/wire-client.ts'

const start = (content: string, fields: object = {}) => question({ content, ...fields })

/** Asks, reads the answer to its end, and resolves to how it ended. */
async function ask(server: TestServer, client: WireClient, content: string) {
  const runId = await server.start(client, content)
  const { terminal } = await collect(await client.events({ runId }))
  if (terminal === undefined) throw new Error('expected an end')
  return terminal
}

test('when an owner’s budget is used up, the next question has to wait for 00:00 UTC; a retry of an earlier one does not', async () => {
  await using server = await startTestServer(
    { DAILY_USD_PER_OWNER: '0.001' },
    { database: await ownDatabase() },
  )
  const client = await server.client()
  const first = start('spend [[sim tokens=300]]')
  expect((await client.call('chat.send', first)).status).toBe(200)
  await collect(await client.events({ runId: first.runId }))
  const { status, body, headers } = await client.call('chat.send', start('more'))
  expect([status, body.error.data.code]).toEqual([429, 'TOO_MANY_REQUESTS'])
  expect(body.error.message).toBe(
    'Your budget for today, 0.001 US dollars, is used up. The next day begins at 00:00 UTC.',
  )
  expect(body.error.data.retryAfterMs).toBeGreaterThan(0)
  expect(body.error.data.retryAfterMs).toBeLessThanOrEqual(86_400_000)
  expect(Number(headers.get('retry-after'))).toBe(Math.ceil(body.error.data.retryAfterMs / 1000))
  expect((await client.call('chat.send', first)).status).toBe(200)
  // Other sessions are not affected.
  expect((await ask(server, await server.client(), 'another [[sim tokens=5]]')).type).toBe('done')
})

test('when the server’s budget is used up, new sessions are refused too', async () => {
  await using server = await startTestServer({ DAILY_USD: '0.001' }, { database: await ownDatabase() })
  await ask(server, await server.client(), 'spend [[sim tokens=300]]')
  const { status, body } = await (await server.client()).call('chat.send', start('more'))
  expect(status).toBe(429)
  expect(body.error.message).toMatch(/^The budget of this server for today, 0.001 US dollars, is used up/)
})

test('many sessions that start at once exceed the budget by at most one worst case', async () => {
  // A default request may cost 1.60 dollars and its prompt.
  await using server = await startTestServer({ DAILY_USD: '5' }, { database: await ownDatabase() })
  const statuses = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const { status, body } = await (await server.client()).call('chat.send', start('[[sim fault=hang]]'))
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

test.each(ENDS)('%s counts at its cost, and nothing stays reserved', async (_, directive, stop) => {
  await using server = await startTestServer(
    { METRICS_PORT: '0', DAILY_USD: '5' },
    { database: await ownDatabase() },
  )
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
      (await server.client()).call('chat.send', start('[[sim fault=hang]]')),
    ),
  )
  expect(again.map(({ status }) => status)).toEqual([200, 200, 200, 200])
})

test('a model without known prices counts as the most expensive known one', async () => {
  await using server = await startTestServer(
    { CLAUDE_MODEL: 'claude-mine', DAILY_USD: '0.001' },
    { database: await ownDatabase() },
  )
  const terminal = await ask(server, await server.client(), 'spend [[sim tokens=300]]')
  expect(terminal.costUsd).toBeNull()
  const { status } = await (await server.client()).call('chat.send', start('more'))
  expect(status).toBe(429)
})

test('a budget that is used up is still used up after a restart', async () => {
  const database = await ownDatabase()
  const env = { DAILY_USD_PER_OWNER: '0.001' }
  const before = await startTestServer(env, { database })
  const client = await before.client()
  await ask(before, client, 'spend [[sim tokens=300]]')
  await before.close()
  await using after = await startTestServer(env, { database })
  const sameClient = new WireClient(after.url, { cookie: client.cookie })
  const { status, body } = await sameClient.call('chat.send', start('more'))
  expect([status, body.error?.message]).toEqual([429, expect.stringMatching(/is used up/)])
  expect(after.simulator.stats().messages).toBe(0)
})

test('two servers on one database keep one budget', async () => {
  const database = await ownDatabase()
  const env = { DAILY_USD: '5' }
  await using one = await startTestServer(env, { database })
  await using other = await startTestServer(env, { database })
  const statuses = await Promise.all(
    Array.from({ length: 12 }, async (_, i) => {
      const client = await (i % 2 ? one : other).client()
      return (await client.call('chat.send', start('[[sim fault=hang]]'))).status
    }),
  )
  expect(statuses.filter((status) => status === 200)).toHaveLength(4)
})

test('a question that Claude refused to take costs nothing', async () => {
  await using server = await startTestServer({ DAILY_USD: '0.000001' }, { database: await ownDatabase() })
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
  for (const input of [first, first, hang(), hang(), hang()]) await client.call('chat.send', input)
  for (let i = 0; i < 3; i++) await (await server.client()).call('chat.send', hang())
  const metrics = await (await fetch(server.metricsUrl ?? '')).text()
  const counts = [...metrics.matchAll(/^sluice_starts_refused_total\{reason="(\w+)"\} (\d+)$/gm)]
  expect(Object.fromEntries(counts.map(([, reason, count]) => [reason, Number(count)]))).toEqual({
    too_many_runs: 2,
    owner_rate: 1,
    address_runs: 1,
    address_rate: 1,
  })
})
