import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type RedisServer, startRedis } from '@sluice/runs-redis/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { VANISHED_MS } from './draw-connection.ts'
import { quickDatabase } from '../product/quick-database.ts'
import { type Product, startProduct } from '../product/start-product.ts'
import { createRandom, seedFrom } from '../random.ts'
import { checkInvariants } from './check-invariants.ts'
import { countExecutions, type ExecutionCounter } from './count-executions.ts'
import { CHAOS_LIMITS } from './environment.ts'
import { runChaos } from './run-chaos.ts'
import { drawRunPlan, drawToolPlan } from './run-plan.ts'
import { type ChaosEnvironment, startEnvironment } from './start-environment.ts'
import { tally } from './tally.ts'

const RUNS = 300
const CONCURRENCY = 40
const INSTANCES = 3
/** One of the instances is killed or stopped each time this many runs have ended; in between, Redis fails. */
const RUNS_PER_FAILURE = 40
/** How long Redis does not answer when it is frozen, in ms: longer than a command may take. */
const FROZEN_MS = 4000

const SERVER = ['--import', 'tsx', resolve(import.meta.dirname, 'tool-server.ts')]

const seed = seedFrom('CHAOS_SEED')

let redis: RedisServer
let counter: ExecutionCounter
let products: Product[]
let environment: ChaosEnvironment<Product>
let env: Record<string, string>

beforeEach(async () => {
  redis = await startRedis()
  counter = await countExecutions()
  environment = await startEnvironment(seed, {
    async start(chaosEnv) {
      const web = { WEB_SEARCH: '1', WEB_FETCH: '1' }
      env = { ...chaosEnv, ...web, LOG_LEVEL: 'info', REDIS_URL: redis.url, EXECUTIONS_URL: counter.url }
      products = await Promise.all(Array.from({ length: INSTANCES }, () => startProduct(env, SERVER)))
      return products[0] as Product
    },
    end: () => Promise.all(products.map((product) => product.stop('SIGKILL'))),
    balance: (random) => random.pick(products).url,
    createDatabase: quickDatabase,
  })
})
afterEach(async () => {
  await environment?.close()
  await counter?.[Symbol.asyncDispose]()
  await redis?.close()
})

test(`${RUNS} runs on ${INSTANCES} instances behind a random balancer, while these and Redis are killed`, async () => {
  const { simulator, browserProxy } = environment
  const plans = Array.from({ length: RUNS }, (_, i) => {
    const random = createRandom(seed, `instance ${i}`)
    return i % 4 === 0 ? drawToolPlan(random, `many-${i}`) : drawRunPlan(random, `many-${i}`)
  })
  let begun = 0
  let done = 0
  let failing = Promise.resolve()

  async function restart(index: number, signal: NodeJS.Signals) {
    const product = products[index] as Product
    begun += 1
    await product.stop(signal)
    products[index] = await startProduct({ ...env, PORT: new URL(product.url).port }, SERVER)
    done += 1
  }

  const failures = [
    () => restart(0, 'SIGKILL'),
    () => redis.restart(),
    () => restart(1, 'SIGTERM'),
    async () => {
      redis.freeze()
      await sleep(FROZEN_MS)
      redis.thaw()
    },
    () => restart(2, 'SIGKILL'),
    () => restart(0, 'SIGTERM'),
  ].values()

  const trials = await runChaos({
    plans,
    concurrency: CONCURRENCY,
    context: {
      restarts: () => ({ begun, done }),
      vanish: (runId) => browserProxy.vanish(runId, VANISHED_MS),
    },
    onTrialEnd(ended) {
      if (ended % RUNS_PER_FAILURE === 0) failing = failing.then(() => failures.next().value?.())
    },
  })
  await failing
  await simulator.waitFor(({ open }) => open === 0, AbortSignal.timeout(30_000))
  const calls = [...counter.executions.values()]
  console.info(`${done} restarts, ${calls.length} calls executed; ${tally(trials)}`)
  const { requests } = simulator.stats()
  expect(checkInvariants(trials, requests, CHAOS_LIMITS, counter.executions), `CHAOS_SEED=${seed}`).toEqual(
    [],
  )
  expect(calls.filter((times) => times !== 1)).toEqual([])
})
