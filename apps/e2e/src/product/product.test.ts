import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { startSimulator } from '@sluice/claude-sim'
import { openDatabase } from '@sluice/db'
import { collect, question, WireClient } from '@sluice/server/testing'
import { expect, onTestFinished, test } from 'vitest'
import { embeddedDatabase } from './embedded-database.ts'
import { runProduct, SESSION_SECRET, startProduct } from './start-product.ts'

test('without a key, a database and a session secret the built server refuses to start, and says what to set', async () => {
  const { code, complaint } = await runProduct({})
  expect(code).toBe(1)
  expect(complaint).toContain('ANTHROPIC_API_KEY')
  for (const words of ['SIMULATOR=1', 'DATABASE_URL', 'pglite:FOLDER', 'SESSION_SECRET'])
    expect(complaint).toContain(words)
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

test('a port in use is named, and another one suggested', async () => {
  const blocker = createServer().listen(0, '127.0.0.1')
  await once(blocker, 'listening')
  const { port } = blocker.address() as AddressInfo
  const { code, complaint } = await runProduct({
    SIMULATOR: '1',
    SESSION_SECRET,
    // It is not opened before the server listens.
    DATABASE_URL: 'postgres://nowhere.invalid/db',
    PORT: String(port),
  })
  blocker.close()
  expect(code).toBe(1)
  expect(complaint).toContain(`Port ${port} is in use`)
  expect(complaint).toContain(`PORT=${port + 1}`)
})

test('a database that a newer version has migrated ends the server, which says so', async () => {
  const { url, remove } = await embeddedDatabase()
  onTestFinished(remove)
  const { db, close } = await openDatabase(url)
  await db.execute("insert into migration values ('9999-tomorrow.sql', now())")
  await close()
  const env = { SIMULATOR: '1', SESSION_SECRET, DATABASE_URL: url, PORT: '0' }
  const { code, complaint } = await runProduct(env)
  expect(code).toBe(1)
  expect(complaint).toMatch(/9999-tomorrow\.sql.*Start a newer version/)
})

test('with SIMULATOR=1 it answers without a key, logs that, and serves the page from the same port', async () => {
  await using product = await startProduct({ SIMULATOR: '1' })
  await product.logged('Answers are simulated. Unset SIMULATOR to talk to Claude.')
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
  await client.call('chat.send', question({ runId, content: 'hello [[sim tps=max ttft=0]]' }))
  const run = await collect(await client.events({ runId }))
  expect(run.terminal?.type).toBe('done')
  expect(await product.logged('run ended')).toMatchObject({ runId, end: 'end_turn' })
})

test('the window, frame and lease of the environment hold in the built server', async () => {
  const simulator = await startSimulator({ defaults: { tps: 0, ttft: 0 } })
  try {
    await using product = await startProduct({
      ANTHROPIC_API_KEY: 'test-key',
      ANTHROPIC_BASE_URL: simulator.url,
      WINDOW_CHARS: '700',
      LEASE_MS: '300',
      GRACE_MS: '1000',
    })
    const client = new WireClient(product.url)
    await client.query('models.list')
    const runId = randomUUID()
    const content = 'long [[sim tokens=128000 thinking=0]]'
    await client.call('chat.send', question({ runId, content, maxTokens: 128_000 }))
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
  await client.call('chat.send', question({ runId, content: `deploy [[sim ttft=0 ${directive}]]` }))
  const connection = await client.events({ runId })
  const before = await collect(connection, { enough: ({ text }) => text.length > 0 })
  return { product, client, runId, connection, before }
}

test('SIGTERM lets a run finish, refuses new ones for now, and is no longer ready', async () => {
  const { product, client, runId, connection, before } = await withRun({}, 'tokens=300 tps=200')
  await using _ = product
  const exit = product.stop('SIGTERM')
  await product.logged('draining: no new runs')
  expect((await fetch(`${product.url}/readyz`)).status).toBe(503)
  const refused = await client.call('chat.send', question({ content: 'too late' }))
  expect(refused.body.error.data).toMatchObject({ code: 'SERVICE_UNAVAILABLE', httpStatus: 503 })
  // A live run can still be read.
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
  await product.logged('draining: no new runs')
  void product.stop('SIGTERM')
  expect(await exit).toBe(1)
})
