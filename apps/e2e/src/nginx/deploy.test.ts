import { AsyncLocalStorage } from 'node:async_hooks'
import { type Simulator, startSimulator } from '@sluice/claude-sim'
import { newId } from '@sluice/client'
import { type RedisServer, startRedis } from '@sluice/runs-redis/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { becomeBrowser, newSession } from '../page-client/become-browser.ts'
import { openTab, type Tab } from '../page-client/tab.ts'
import type { EmbeddedDatabase } from '../product/embedded-database.ts'
import { ONE_ADDRESS } from '../product/one-address.ts'
import { quickDatabase } from '../product/quick-database.ts'
import { type Product, startProduct } from '../product/start-product.ts'
import { noNginx } from './nginx-binary.ts'
import { composeConfig } from './shipped-config.ts'
import { type Nginx, startNginx } from './start-nginx.ts'
import { httpUrl } from './urls.ts'

const SESSIONS = 10
const TOKENS_PER_SECOND = 10

/** An answer that is followed through nginx. */
interface Answer {
  readonly name: string
  readonly tab: Tab
}

let redis: RedisServer
let database: EmbeddedDatabase
let simulator: Simulator
let servers: [Product, Product]
let nginx: Nginx
let answers: Answer[]
let visitors: string[]
const visitor = new AsyncLocalStorage<string>()

const nginxTest = noNginx === undefined ? test : test.skip
if (noNginx !== undefined) process.stderr.write(`nginx tests skipped: ${noNginx}\n`)

function start(env: Record<string, string>): Promise<Product> {
  return startProduct({
    ...ONE_ADDRESS,
    ANTHROPIC_API_KEY: 'test-key',
    ANTHROPIC_BASE_URL: simulator.url,
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    MAX_RUNS_PER_OWNER: '100',
    // Spares two cores some work.
    FRAME_MS: '200',
    TRUST_PROXY: '1',
    LOG_LEVEL: 'info',
    ...env,
  })
}

/** Two servers behind nginx, and a browser with several sessions. */
async function deploy(env: Record<string, string>): Promise<void> {
  servers = await Promise.all([start(env), start(env)])
  nginx = await startNginx(composeConfig([servers[0].url, servers[1].url]))
  visitors = await Promise.all(Array.from({ length: SESSIONS }, () => newSession(httpUrl(nginx))))
  becomeBrowser(httpUrl(nginx), () => visitor.getStore() ?? '')
}

/**
 * Asks questions with answers of `shortest` to `longest` seconds. Each visitor asks the next one when the answer has some
 * text. Resolves when the last one has.
 */
async function ask(count: number, [shortest, longest]: [number, number]): Promise<Answer[]> {
  const asked = Array.from({ length: count }, (_, i) => {
    const name = `answer ${answers.length + i}`
    const tokens = Math.round(TOKENS_PER_SECOND * (shortest + ((longest - shortest) * i) / count))
    const prompt = `${name} [[sim tps=${TOKENS_PER_SECOND} tokens=${tokens} thinking=0]]`
    const session = visitors[i % visitors.length] ?? ''
    return { name, session, open: () => openTab({ conversationId: newId(), parentId: null, prompt }) }
  })
  const begun = visitors.map((session) =>
    visitor.run(session, async () => {
      const own: Answer[] = []
      for (const { name, open } of asked.filter((question) => question.session === session)) {
        const answer = { name, tab: open() }
        own.push(answer)
        answers.push(answer)
        await answer.tab.reaches(10)
      }
      return own
    }),
  )
  return (await Promise.all(begun)).flat()
}

/** What the page shows at the end, and what Claude has sent. */
async function endOf({ name, tab }: Answer) {
  await tab.reaches(Number.POSITIVE_INFINITY)
  const { view, failure, gaps, reconnects } = tab.snapshot()
  const requests = simulator.stats().requests.filter(({ prompt }) => prompt === name)
  return {
    shown: { end: failure?.code ?? view.error?.code ?? view.stopReason, ends: tab.ends(), gaps },
    paid: requests.length,
    reconnects,
    text: view.parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    sent: requests[0]?.text ?? 'nothing',
  }
}

/** The whole answer, without an error, paid once. */
async function expectWhole(answer: Answer): Promise<void> {
  const { shown, paid, text, sent } = await endOf(answer)
  expect([shown, paid], answer.name).toEqual([{ end: 'end_turn', ends: 1, gaps: 0 }, 1])
  expect(text).toBe(sent)
}

/** Ends a server as a deploy does, and starts another one at its address. Resolves to the old one. */
async function replace(index: 0 | 1, env: Record<string, string>, whileDraining = async () => {}) {
  const old = servers[index]
  const code = old.stop('SIGTERM')
  await old.logged('draining: no new runs')
  await whileDraining()
  expect(await code).toBe(0)
  servers[index] = await start({ ...env, PORT: new URL(old.url).port })
  return old
}

beforeAll(async () => {
  if (noNginx !== undefined) return
  redis = await startRedis()
  database = await quickDatabase()
  simulator = await startSimulator({ defaults: { ttft: 0 } })
})
afterAll(async () => {
  await simulator?.close()
  await database?.remove()
  await redis?.close()
})
beforeEach(() => {
  simulator?.reset()
  answers = []
})
afterEach(async () => {
  for (const { tab } of answers) tab.close()
  vi.unstubAllGlobals()
  await nginx?.[Symbol.asyncDispose]()
  await Promise.all((servers ?? []).map((server) => server.stop('SIGKILL')))
})

nginxTest(
  'two servers are replaced while 100 answers stream: none is cut, and none paid twice',
  async () => {
    const env = { DRAIN_MS: '60000' }
    await deploy(env)
    await ask(50, [10, 12])
    await replace(0, env, async () => void (await ask(25, [10, 12])))
    await replace(1, env, async () => void (await ask(25, [10, 12])))
    for (const answer of answers) await expectWhole(answer)
    const moved = answers.filter(({ tab }) => tab.snapshot().reconnects > 0)
    expect([answers.length, moved.length > 0]).toEqual([100, true])
  },
  90_000,
)

nginxTest(
  'a server with less time than its answers need interrupts those, and no others',
  async () => {
    const env = { DRAIN_MS: '4000' }
    await deploy(env)
    const long = await ask(20, [12, 12])
    const short = await ask(20, [1, 1])
    const { logs } = await replace(0, env)
    const wasThere = ({ tab }: Answer) =>
      logs.some(({ msg, runId }) => msg === 'run started' && runId === tab.keep('nothing').firstRunId)
    const [cut, spared] = [long.filter(wasThere), long.filter((answer) => !wasThere(answer))]
    expect([cut, spared, short.filter(wasThere)].map(({ length }) => length > 0)).toEqual([true, true, true])
    for (const answer of [...spared, ...short]) await expectWhole(answer)
    for (const answer of cut) {
      const { shown, paid, text, sent } = await endOf(answer)
      expect([shown, paid], answer.name).toEqual([{ end: 'interrupted', ends: 1, gaps: 0 }, 1])
      expect([text.length > 10, sent.startsWith(text)]).toEqual([true, true])
    }
  },
  60_000,
)
