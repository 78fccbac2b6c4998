import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { startSimulator } from '@sluice/claude-sim'
import { collect, WireClient } from '@sluice/server/testing'
import { expect, test } from 'vitest'
import { runProduct, startProduct } from './start-product.ts'

test('without a key the built server refuses to start, and says how to go on', async () => {
  const { code, complaint } = await runProduct({})
  expect(code).toBe(1)
  expect(complaint).toContain('ANTHROPIC_API_KEY')
  expect(complaint).toContain('SIMULATOR=1')
})

test('a bad environment gives one message that lists every problem, and exit code 1', async () => {
  const { code, complaint } = await runProduct({
    SIMULATOR: '1',
    PORT: 'http',
    WINDOW_CHARS: '-5',
    LOG_LEVEL: 'loud',
  })
  expect(code).toBe(1)
  for (const name of ['PORT', 'WINDOW_CHARS', 'LOG_LEVEL']) expect(complaint).toContain(`  ${name}: `)
  expect(complaint).not.toMatch(/at .*\.js:\d+/)
})

test('a busy port is named, and another one suggested', async () => {
  const blocker = createServer().listen(0, '127.0.0.1')
  await once(blocker, 'listening')
  const { port } = blocker.address() as AddressInfo
  const { code, complaint } = await runProduct({ SIMULATOR: '1', PORT: String(port) })
  blocker.close()
  expect(code).toBe(1)
  expect(complaint).toContain(`Port ${port} is in use`)
  expect(complaint).toContain(`PORT=${port + 1}`)
})

test('with SIMULATOR=1 it answers without a key, logs that, and serves the page from the same port', async () => {
  await using product = await startProduct({ SIMULATOR: '1' })
  expect(product.logs.map(({ msg }) => msg).join('\n')).toContain('simulator')
  const page = await fetch(product.url)
  expect(page.headers.get('content-type')).toContain('text/html')
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(await page.text())?.[1]
  expect((await fetch(`${product.url}${script}`)).headers.get('cache-control')).toContain('immutable')
  expect((await fetch(`${product.url}/healthz`)).status).toBe(200)
  expect((await fetch(`${product.url}/readyz`)).status).toBe(200)
  const client = new WireClient(product.url)
  expect((await client.query('models.list')).body.result.data).toMatchObject({
    simulator: true,
    simulatorChosen: true,
  })
  const runId = randomUUID()
  await client.call('chat.start', {
    runId,
    messages: [{ role: 'user', content: 'hello [[sim tps=max ttft=0]]' }],
  })
  const run = await collect(await client.events({ runId }))
  expect(run.terminal?.type).toBe('done')
  expect(await product.logged('run ended')).toMatchObject({ runId, end: 'end_turn' })
})

test('the window, frame and lease of the environment hold in the built server', async () => {
  const simulator = await startSimulator({ defaults: { tps: 0, ttft: 0 } })
  try {
    await using product = await startProduct({
      ANTHROPIC_API_KEY: 'key-of-nobody',
      ANTHROPIC_BASE_URL: simulator.url,
      WINDOW_CHARS: '700',
      LEASE_MS: '300',
      GRACE_MS: '1000',
    })
    const client = new WireClient(product.url)
    await client.query('models.list')
    const runId = randomUUID()
    const messages = [{ role: 'user', content: 'long [[sim tokens=128000 thinking=0]]' }]
    await client.call('chat.start', { runId, messages, maxTokens: 128_000 })
    const run = await collect(await client.events({ runId, readerId: randomUUID() }))
    expect(run.position).toBe(700)
    expect(run.refusals).toMatchObject([{ code: 'SERVICE_UNAVAILABLE' }])
    const { requests } = await simulator.waitFor(({ open }) => open === 0)
    expect(requests.map(({ outcome }) => outcome)).toEqual(['aborted'])
  } finally {
    await simulator.close()
  }
})

/** A built server with the simulator, a session and one live run. */
async function withRun(env: Record<string, string>, directive: string) {
  const product = await startProduct({ SIMULATOR: '1', ...env })
  const client = new WireClient(product.url)
  await client.query('models.list')
  const runId = randomUUID()
  const messages = [{ role: 'user', content: `deploy [[sim ttft=0 ${directive}]]` }]
  await client.call('chat.start', { runId, messages })
  const connection = await client.events({ runId })
  const before = await collect(connection, { enough: ({ text }) => text.length > 0 })
  return { product, client, runId, connection, before }
}

test('SIGTERM lets a run finish, refuses new ones for now, and is no longer ready', async () => {
  const { product, client, runId, connection, before } = await withRun({}, 'tokens=300 tps=200')
  await using _ = product
  const exit = product.stop('SIGTERM')
  // /readyz says when it has begun to drain; from then on it refuses.
  while ((await fetch(`${product.url}/readyz`)).status === 200) {}
  const refused = await client.call('chat.start', {
    runId: randomUUID(),
    messages: [{ role: 'user', content: 'too late' }],
  })
  expect(refused.body.error.data).toMatchObject({ code: 'SERVICE_UNAVAILABLE', httpStatus: 503 })
  // A run that has begun can still be joined.
  const joined = await client.events({ runId, header: String(before.position) })
  const [rest, same] = await Promise.all([
    collect(connection, { after: before.position }),
    collect(joined, { after: before.position }),
  ])
  expect(rest.terminal).toMatchObject({ type: 'done', stopReason: 'end_turn' })
  expect(same.text).toBe(rest.text)
  expect(await exit).toBe(0)
})

test('a run that outlives DRAIN_MS ends with an error that says so', async () => {
  const { product, connection, before } = await withRun({ DRAIN_MS: '200' }, 'tokens=9999')
  await using _ = product
  const [rest, code] = await Promise.all([
    collect(connection, { after: before.position }),
    product.stop('SIGTERM'),
  ])
  expect(rest.terminal).toMatchObject({ type: 'error', code: 'interrupted', retryable: true })
  expect(code).toBe(0)
})

test('a second SIGTERM ends at once', async () => {
  const { product } = await withRun({ DRAIN_MS: '600000' }, 'tokens=9999')
  await using _ = product
  const exit = product.stop('SIGTERM')
  while ((await fetch(`${product.url}/readyz`)).status === 200) {}
  void product.stop('SIGTERM')
  expect(await exit).toBe(1)
})
