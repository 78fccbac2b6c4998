import { afterEach, beforeEach, expect, test } from 'vitest'
import { VANISHED_MS } from './draw-connection.ts'
import { type Product, startProduct } from '../product/start-product.ts'
import { createRandom, seedFrom } from '../random.ts'
import { drawRunPlan } from './run-plan.ts'
import { type ChaosEnvironment, startEnvironment } from './start-environment.ts'
import { runChaos } from './run-chaos.ts'
import { tally } from './tally.ts'
import { CHAOS_LIMITS } from './environment.ts'
import { checkInvariants } from './check-invariants.ts'

const RUNS = 100
const CONCURRENCY = 30
/** The server is restarted each time this many runs have ended. */
const RUNS_PER_RESTART = 15

const seed = seedFrom('CHAOS_SEED')

let product: Product
let environment: ChaosEnvironment<Product>
let env: Record<string, string>

beforeEach(async () => {
  environment = await startEnvironment(seed, {
    async start(chaosEnv) {
      env = { ...chaosEnv, LOG_LEVEL: 'info' }
      product = await startProduct(env)
      return product
    },
    end: () => product.stop('SIGKILL'),
  })
  // It restarts at the same address.
  env['PORT'] = new URL(product.url).port
})
afterEach(() => environment?.close())

test(`${RUNS} runs while the built server is stopped and killed again and again`, async () => {
  const { simulator, browserProxy } = environment
  const plans = Array.from({ length: RUNS }, (_, i) =>
    drawRunPlan(createRandom(seed, `life ${i}`), `life-${i}`),
  )
  let begun = 0
  let done = 0
  let restarting = Promise.resolve()

  async function restart() {
    begun += 1
    const code = await product.stop(begun % 2 ? 'SIGKILL' : 'SIGTERM')
    expect(code, `exit code at restart ${begun}`).toBe(begun % 2 ? null : 0)
    product = await startProduct(env)
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
  console.info(`${done} restarts; ${tally(trials)}`)
  expect(checkInvariants(trials, simulator.stats().requests, CHAOS_LIMITS), `CHAOS_SEED=${seed}`).toEqual([])
  expect(product.logs.filter(({ level }) => Number(level) >= 50)).toEqual([])
})
