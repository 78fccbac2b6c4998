import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { MAY_HAVE_HAPPENED } from '@sluice/claude'
import { type Simulator, startSimulator } from '@sluice/claude-sim'
import { type Database, endRunsOfDead, openDatabase } from '@sluice/db'
import { createTestDatabase, whyNoPostgres } from '@sluice/db/testing'
import { continueView, EMPTY_RUN_VIEW, reduceRun, type RunView } from '@sluice/events'
import { collect, question, WireClient } from '@sluice/server/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { embeddedDatabase } from './embedded-database.ts'
import { type HeldPostgres, holdPostgres } from './hold-postgres.ts'
import { type Product, startProduct } from './start-product.ts'

const SERVER = resolve(import.meta.dirname, '../../../server/src/testing/serve-slow-tools.ts')
const INTERRUPTED = { type: 'error', code: 'interrupted', message: 'Gone.', retryable: true }

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator({ defaults: { tps: 0, ttft: 0 } })
})
afterAll(() => simulator.close())

/** Where the tools of the servers write the calls that they execute. */
const file = join(tmpdir(), `sluice-calls-${randomUUID()}`)
beforeEach(() => writeFileSync(file, ''))
afterAll(() => rmSync(file, { force: true }))

/** The calls that were executed in this test, by any server. */
const executed = () => readFileSync(file, 'utf8').split('\n').filter(Boolean)

function startOn(DATABASE_URL: string): Promise<Product> {
  const env = { ANTHROPIC_API_KEY: 'test-key', ANTHROPIC_BASE_URL: simulator.url, DATABASE_URL }
  return startProduct(env, ['--import', 'tsx', SERVER, file])
}

/** A browser with its session that asks a question which makes Claude call a tool. */
async function browserOf(product: Product, tool: string) {
  const first = new WireClient(product.url)
  await first.query('models.list')
  const at = ({ url }: Product) => new WireClient(url, { cookie: first.cookie })
  const input = question({ content: `prompt ${randomUUID()} [[sim tool=${tool} tokens=5]]` })
  const { conversationId, runId } = input
  const follow = async (server: Product, id: string) => collect(await at(server).events({ runId: id }))
  return {
    ...input,
    ask: () => at(product).call('chat.send', input),
    follow,
    decide: async (server: Product, callId: string, next: string) => {
      const { body } = await at(server).call('tools.decide', { callId, approve: true, runId: next })
      return body.result?.data
    },
    /** The calls of the answer, as the page shows them. */
    async calls(server: Product) {
      const { body } = await at(server).query('conversations.get', { conversationId })
      let view: RunView = EMPTY_RUN_VIEW
      for (const { events } of body.result.data.messages[1].runs) {
        view = events.reduce(reduceRun, continueView(view))
      }
      return view.parts.filter((part) => part.type === 'tool')
    },
    /** Asks the next question. Resolves to the results of calls that Claude was sent with it. */
    async goOn(server: Product) {
      const content = `next ${randomUUID()} [[sim tokens=5]]`
      const next = question({ conversationId, parentId: runId, content })
      await at(server).call('chat.send', next)
      const { terminal } = await follow(server, next.runId)
      const sent = simulator.stats().requests.at(-1)
      return { terminal, results: sent?.toolResults }
    },
  }
}

/** What follows a killed server: the next one runs nothing again, and says to the page and to Claude what is known. */
async function expectAfter(
  { browser, server }: { browser: Awaited<ReturnType<typeof browserOf>>; server: Product },
  { state, told }: { state: string; told: string | undefined },
) {
  expect(await browser.calls(server)).toMatchObject([{ state }])
  expect(await browser.goOn(server)).toMatchObject({
    terminal: { type: 'done', stopReason: 'end_turn' },
    // Of a call that was not begun, Claude is told nothing: neither the call nor a result.
    results: told === undefined ? [] : [expect.objectContaining({ text: told })],
  })
}

const why = whyNoPostgres()

describe.skipIf(why !== undefined)(`Postgres${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  let postgres: HeldPostgres
  let database: Database
  /** The server of the last test, or the one that followed it. */
  let server: Product
  beforeAll(async () => {
    const url = await createTestDatabase()
    postgres = await holdPostgres(url)
    database = await openDatabase(url)
    server = await startOn(postgres.url)
  })
  afterAll(async () => {
    await server?.stop('SIGKILL')
    await database.close()
    await postgres[Symbol.asyncDispose]()
  })

  /** Kills the server, and starts the next one. */
  async function kill() {
    await server.stop('SIGKILL')
    postgres.release()
    server = await startOn(postgres.url)
  }

  /** What another server does half a minute after the killed one's last beat. */
  const findDead = () => endRunsOfDead(database.db, { end: JSON.stringify(INTERRUPTED), deadAfterS: 0 })

  test('killed inside a tool: it ran once, and may have happened', async () => {
    const browser = await browserOf(server, 'slow')
    await browser.ask()
    await vi.waitUntil(() => executed().length === 1, { timeout: 60_000 })
    await kill()
    expect(await findDead()).toContain(browser.runId)
    await expectAfter({ browser, server }, { state: 'unknown', told: MAY_HAVE_HAPPENED })
    expect(executed()).toHaveLength(1)
  })

  test('killed between the step and its call: it is not executed, then or later', async () => {
    const browser = await browserOf(server, 'quick')
    postgres.holdQueries('"started_at" = now()')
    await browser.ask()
    await postgres.holds('"started_at" = now()')
    await kill()
    expect(await findDead()).toContain(browser.runId)
    await expectAfter({ browser, server }, { state: 'failed', told: undefined })
    expect(executed()).toEqual([])
  })

  test('killed before the result is stored: it ran once, and may have happened', async () => {
    const browser = await browserOf(server, 'quick')
    postgres.holdQueries('"output" = $')
    await browser.ask()
    await postgres.holds('"output" = $')
    await kill()
    expect(executed()).toHaveLength(1)
    expect(await findDead()).toContain(browser.runId)
    await expectAfter({ browser, server }, { state: 'unknown', told: MAY_HAVE_HAPPENED })
    expect(executed()).toHaveLength(1)
  })

  test('killed after the last decision was stored: the same one again has its result, and nothing is executed', async () => {
    const browser = await browserOf(server, 'asked')
    await browser.ask()
    await browser.follow(server, browser.runId)
    const callId = (await browser.calls(server))[0]?.callId ?? ''
    const next = randomUUID()
    postgres.holdAnswersTo('commit', { after: 'set "approved"' })
    const unanswered = browser.decide(server, callId, next).catch(() => undefined)
    await postgres.holds('COMMIT')
    await kill()
    await unanswered
    expect(await browser.decide(server, callId, randomUUID())).toEqual({ runId: next })
    const reading = browser.follow(server, next)
    expect(await findDead()).toContain(next)
    expect((await reading).terminal).toEqual(INTERRUPTED)
    await expectAfter({ browser, server }, { state: 'failed', told: undefined })
    expect(executed()).toEqual([])
  })

  test('a last decision whose response is lost is made: the same one again starts the run that was claimed', async () => {
    const browser = await browserOf(server, 'asked')
    await browser.ask()
    await browser.follow(server, browser.runId)
    const callId = (await browser.calls(server))[0]?.callId ?? ''
    const next = randomUUID()
    postgres.holdAnswersTo('commit', { after: 'set "approved"' })
    const unanswered = browser.decide(server, callId, next)
    await postgres.holds('COMMIT')
    postgres.release()
    expect(await unanswered).toBeUndefined()
    expect(executed()).toEqual([])
    expect(await browser.decide(server, callId, randomUUID())).toEqual({ runId: next })
    expect((await browser.follow(server, next)).terminal).toMatchObject({ stopReason: 'end_turn' })
    expect(executed()).toEqual([callId])
  })

  test('a step whose storing is not confirmed ends the run, and is stored once', async () => {
    const browser = await browserOf(server, 'quick')
    postgres.holdAnswersTo('commit', { after: 'insert into "tool_call"' })
    await browser.ask()
    await postgres.holds('COMMIT')
    postgres.release()
    const { terminal } = await browser.follow(server, browser.runId)
    expect(terminal).toMatchObject({ type: 'error', code: 'unavailable' })
    expect(executed()).toEqual([])
    expect((await browser.goOn(server)).terminal).toMatchObject({ type: 'done', stopReason: 'end_turn' })
  })
})

test('on the embedded database too, a killed server’s call may have happened, and a waiting one still waits', async () => {
  const embedded = await embeddedDatabase()
  onTestFinished(embedded.remove)
  const before = await startOn(embedded.url)
  onTestFinished(async () => void (await before.stop('SIGKILL')))
  const [slow, asked] = [await browserOf(before, 'slow'), await browserOf(before, 'asked')]
  await asked.ask()
  await asked.follow(before, asked.runId)
  await slow.ask()
  await vi.waitUntil(() => executed().length === 1, { timeout: 60_000 })
  await before.stop('SIGKILL')
  const server = await startOn(embedded.url)
  onTestFinished(async () => void (await server.stop('SIGKILL')))
  await expectAfter({ browser: slow, server }, { state: 'unknown', told: MAY_HAVE_HAPPENED })
  const [call] = await asked.calls(server)
  expect(call).toMatchObject({ state: 'waiting' })
  const next = randomUUID()
  expect(await asked.decide(server, call?.callId ?? '', next)).toEqual({ runId: next })
  expect((await asked.follow(server, next)).terminal).toMatchObject({ stopReason: 'end_turn' })
  expect(executed()).toEqual([expect.any(String), call?.callId])
})
