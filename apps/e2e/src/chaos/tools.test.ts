import { resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { VANISHED_MS } from './draw-connection.ts'
import { type Product, startProduct } from '../product/start-product.ts'
import { createRandom, seedFrom } from '../random.ts'
import { becomeBrowser } from '../page-client/become-browser.ts'
import { checkInvariants } from './check-invariants.ts'
import { countExecutions, type ExecutionCounter } from './count-executions.ts'
import { CHAOS_LIMITS } from './environment.ts'
import { runChaos } from './run-chaos.ts'
import { drawToolPlan } from './run-plan.ts'
import type { Trial } from './run-trial.ts'
import { type ChaosEnvironment, startEnvironment } from './start-environment.ts'
import { openTab } from '../page-client/tab.ts'
import { tally } from './tally.ts'

const RUNS = 120
const CONCURRENCY = 30
/** The server is restarted each time this many runs have ended. */
const RUNS_PER_RESTART = 30

const SERVER = ['--import', 'tsx', resolve(import.meta.dirname, 'tool-server.ts')]

const seed = seedFrom('CHAOS_SEED')

let counter: ExecutionCounter
let product: Product
let environment: ChaosEnvironment<Product>
let env: Record<string, string>

beforeEach(async () => {
  counter = await countExecutions()
  environment = await startEnvironment(seed, {
    async start(chaosEnv) {
      env = { ...chaosEnv, LOG_LEVEL: 'info', WEB_SEARCH: '1', WEB_FETCH: '1', EXECUTIONS_URL: counter.url }
      product = await startProduct(env, SERVER)
      return product
    },
    end: () => product.stop('SIGKILL'),
  })
  // It restarts at the same address.
  env['PORT'] = new URL(product.url).port
})
afterEach(async () => {
  await environment?.close()
  await counter?.[Symbol.asyncDispose]()
})

test(`${RUNS} runs with tools, through a bad network and restarts: each call is executed at most once`, async () => {
  const { simulator, browserProxy, session } = environment
  const plans = Array.from({ length: RUNS }, (_, i) =>
    drawToolPlan(createRandom(seed, `tools ${i}`), `tools-${i}`),
  )
  let begun = 0
  let done = 0
  let restarting = Promise.resolve()

  async function restart() {
    begun += 1
    await product.stop(begun % 2 ? 'SIGKILL' : 'SIGTERM')
    product = await startProduct(env, SERVER)
    done += 1
  }

  const trials = await runChaos({
    plans,
    concurrency: CONCURRENCY,
    context: {
      restarts: () => ({ begun, done }),
      vanish: (runId) => browserProxy.vanish(runId, VANISHED_MS),
    },
    onTrialEnd(ended) {
      if (ended % RUNS_PER_RESTART === 0 && ended < RUNS) restarting = restarting.then(restart)
    },
  })
  await restarting
  await simulator.waitFor(({ open }) => open === 0, AbortSignal.timeout(30_000))
  const calls = [...counter.executions.values()]
  console.info(`${done} restarts, ${calls.length} calls executed; ${tally(trials)}`)
  const { requests } = simulator.stats()
  expect(checkInvariants(trials, requests, CHAOS_LIMITS, counter.executions), `CHAOS_SEED=${seed}`).toEqual(
    [],
  )
  expect(calls.filter((times) => times !== 1)).toEqual([])
  expect(product.logs.filter(({ level }) => Number(level) >= 50)).toEqual([])

  // Whatever has happened, the API accepts what each conversation has become. The network is good again.
  becomeBrowser(product.url, session)
  const ended = trials.filter(({ observations }) => observations.at(-1)?.isOver)
  await Promise.all(ended.map(askMore))
  const more = simulator.stats().requests.slice(requests.length)
  expect(more.filter(({ status }) => status === 400)).toEqual([])
  expect(more.length).toBeGreaterThan(ended.length / 2)
})

async function askMore({ plan, conversationId, answerId }: Trial): Promise<void> {
  const prompt = `more of ${plan.name} [[sim tokens=3]]`
  const tab = openTab({ conversationId, parentId: answerId, prompt })
  await tab.reaches(Number.POSITIVE_INFINITY)
  tab.close()
}
