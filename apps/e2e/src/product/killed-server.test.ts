import { randomUUID } from 'node:crypto'
import { type Simulator, startSimulator } from '@sluice/claude-sim'
import { type Database, endRunsOfDead, openDatabase } from '@sluice/db'
import { createTestDatabase, whyNoPostgres } from '@sluice/db/testing'
import { collect, question, WireClient } from '@sluice/server/testing'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { embeddedDatabase } from './embedded-database.ts'
import { type HeldPostgres, holdPostgres } from './hold-postgres.ts'
import { type Product, startProduct } from './start-product.ts'

const INTERRUPTED = {
  type: 'error',
  code: 'interrupted',
  message: 'The server was restarted in the middle of the answer.',
  retryable: true,
}

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator({ defaults: { tps: 0, ttft: 0 } })
})
afterAll(() => simulator.close())

/** Requests for an answer to this prompt: what has been paid for. */
const paid = (prompt: string) =>
  simulator.stats().requests.filter((request) => request.prompt.includes(prompt)).length

async function serverOn(DATABASE_URL: string): Promise<Product> {
  const product = await startProduct({
    ANTHROPIC_API_KEY: 'test-key',
    ANTHROPIC_BASE_URL: simulator.url,
    DATABASE_URL,
  })
  onTestFinished(async () => void (await product.stop('SIGKILL')))
  return product
}

/** A browser with its session, and a start that it can send to any server. */
async function browserOf(product: Product, directive: string) {
  const prompt = `prompt ${randomUUID()}`
  const input = question({ content: `${prompt} [[sim ${directive}]]` })
  const first = new WireClient(product.url)
  await first.query('models.list')
  const at = ({ url }: Product) => new WireClient(url, { cookie: first.cookie })
  return {
    ...input,
    prompt,
    start: (server: Product) => at(server).call('chat.send', input),
    /** Asks the next question in the same conversation, and resolves to the end of its answer. */
    async goOn(server: Product) {
      const { conversationId, runId: parentId } = input
      const next = question({ conversationId, parentId, content: 'Go on. [[sim tokens=5]]' })
      await at(server).call('chat.send', next)
      return (await collect(await at(server).events({ runId: next.runId }))).terminal
    },
    /** Has its question answered once more, and resolves to the end of that answer. */
    async regenerate(server: Product) {
      const { messageId } = (await at(server).call('chat.send', input)).body.result.data
      const runId = randomUUID()
      await at(server).call('chat.regenerate', { runId, messageId })
      await at(server).call('runs.stop', { runId })
      return (await collect(await at(server).events({ runId }))).terminal
    },
    read: async (server: Product, after = 0) =>
      collect(await at(server).events({ runId: input.runId, ...(after > 0 && { header: String(after) }) }), {
        after,
      }),
    events: (server: Product) => at(server).events({ runId: input.runId }),
  }
}

const why = whyNoPostgres()

describe.skipIf(why !== undefined)(`Postgres${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  let postgres: HeldPostgres
  let database: Database
  beforeAll(async () => {
    const url = await createTestDatabase()
    postgres = await holdPostgres(url)
    database = await openDatabase(url)
  })
  afterAll(async () => {
    await database.close()
    await postgres[Symbol.asyncDispose]()
  })

  /** What another server does half a minute after the killed one's last beat. */
  const findDead = () => endRunsOfDead(database.db, { end: JSON.stringify(INTERRUPTED), deadAfterS: 0 })

  test('killed before the claim is stored: the repeated start is the first one', async () => {
    const before = await serverOn(postgres.url)
    const browser = await browserOf(before, 'tokens=20')
    postgres.holdQueries(browser.runId)
    const unanswered = browser.start(before).catch(() => undefined)
    await postgres.holds(browser.runId)
    await before.stop('SIGKILL')
    await unanswered
    postgres.release()
    expect(paid(browser.prompt)).toBe(0)

    const after = await serverOn(postgres.url)
    expect((await browser.start(after)).status).toBe(200)
    expect((await browser.read(after)).terminal?.type).toBe('done')
    expect(paid(browser.prompt)).toBe(1)
    expect(await browser.goOn(after)).toMatchObject({ type: 'done' })
  })

  test('killed between the claim and the call: the repeated start is not paid for, and its run says why', async () => {
    const before = await serverOn(postgres.url)
    const browser = await browserOf(before, 'tokens=20')
    postgres.holdAnswersTo('commit', { after: 'insert into "run"' })
    const unanswered = browser.start(before).catch(() => undefined)
    await postgres.holds('COMMIT')
    await before.stop('SIGKILL')
    await unanswered
    postgres.release()

    const after = await serverOn(postgres.url)
    expect((await browser.start(after)).body.result.data).toMatchObject({ runId: browser.runId })
    const reading = browser.read(after)
    expect(await findDead()).toContain(browser.runId)
    const { events } = await reading
    expect(events).toEqual([{ type: 'start', model: 'claude-opus-4-8', runId: browser.runId }, INTERRUPTED])
    expect(paid(browser.prompt)).toBe(0)
    expect(await browser.goOn(after)).toMatchObject({ type: 'done' })
  })

  test('killed during the answer: it is paid once, and a reader hears of its end at the position it has', async () => {
    const before = await serverOn(postgres.url)
    const browser = await browserOf(before, 'tokens=9999 tps=200')
    await browser.start(before)
    const seen = await collect(await browser.events(before), { enough: ({ text }) => text.length > 0 })
    await before.stop('SIGKILL')

    const after = await serverOn(postgres.url)
    expect((await browser.start(after)).status).toBe(200)
    const reading = browser.read(after, seen.position)
    expect(await findDead()).toContain(browser.runId)
    expect((await reading).events).toEqual([INTERRUPTED])
    expect(paid(browser.prompt)).toBe(1)
    expect(await browser.goOn(after)).toMatchObject({ type: 'done' })
  })

  test('killed before the end is stored: no reader has seen it, and it is interrupted for good', async () => {
    const before = await serverOn(postgres.url)
    const browser = await browserOf(before, 'tokens=40 tps=40')
    await browser.start(before)
    const connection = await browser.events(before)
    const first = await collect(connection, { enough: ({ text }) => text.length > 0 })
    postgres.holdQueries()
    const rest = collect(connection, { after: first.position })
    await postgres.holds('begin')
    await before.stop('SIGKILL')
    const { terminal, position } = await rest
    expect(terminal).toBeUndefined()
    postgres.release()

    const after = await serverOn(postgres.url)
    expect((await browser.start(after)).status).toBe(200)
    const reading = browser.read(after, position)
    expect(await findDead()).toContain(browser.runId)
    expect((await reading).events).toEqual([INTERRUPTED])
    expect((await browser.read(after)).events.at(-1)).toEqual(INTERRUPTED)
    expect(paid(browser.prompt)).toBe(1)
    expect(await browser.goOn(after)).toMatchObject({ type: 'done' })
  })

  test('killed when the end is stored and no reader has heard of it: they read it as if nothing had happened', async () => {
    const before = await serverOn(postgres.url)
    const browser = await browserOf(before, 'tokens=40 tps=40')
    await browser.start(before)
    const connection = await browser.events(before)
    const first = await collect(connection, { enough: ({ text }) => text.length > 0 })
    postgres.holdAnswersTo('commit', { after: 'update "message"' })
    const rest = collect(connection, { after: first.position })
    await postgres.holds('COMMIT')
    await before.stop('SIGKILL')
    const { terminal, position } = await rest
    expect(terminal).toBeUndefined()
    postgres.release()

    const after = await serverOn(postgres.url)
    expect((await browser.start(after)).status).toBe(200)
    const { events } = await browser.read(after, position)
    expect(events).toEqual([expect.objectContaining({ type: 'done', stopReason: 'end_turn' })])
    expect(await findDead()).not.toContain(browser.runId)
    expect(paid(browser.prompt)).toBe(1)
    expect(await browser.goOn(after)).toMatchObject({ type: 'done' })
  })
})

test('the embedded database knows at its opening that a killed server is dead', async () => {
  const embedded = await embeddedDatabase()
  onTestFinished(embedded.remove)
  const before = await serverOn(embedded.url)
  const [ended, broken] = [
    await browserOf(before, 'tokens=20'),
    await browserOf(before, 'tokens=9999 tps=200'),
  ]
  await ended.start(before)
  const whole = await ended.read(before)
  await broken.start(before)
  const seen = await collect(await broken.events(before), { enough: ({ text }) => text.length > 0 })
  await before.stop('SIGKILL')

  const after = await serverOn(embedded.url)
  for (const browser of [ended, broken]) expect((await browser.start(after)).status).toBe(200)
  expect((await ended.read(after)).events).toEqual(whole.events)
  expect((await broken.read(after, seen.position)).events).toEqual([INTERRUPTED])
  expect([paid(ended.prompt), paid(broken.prompt)]).toEqual([1, 1])
  for (const browser of [ended, broken]) {
    expect(await browser.goOn(after)).toMatchObject({ type: 'done' })
    expect(await browser.regenerate(after)).toMatchObject({ type: 'done' })
  }
})
