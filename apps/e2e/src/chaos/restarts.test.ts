import { afterEach, beforeEach, expect, test } from 'vitest'
import { VANISHED_MS } from '../fault-proxy/connection-plan.ts'
import { type Product, startProduct } from '../product/start-product.ts'
import { createRandom, seedFrom } from '../random.ts'
import { drawRunPlan } from './run-plan.ts'
import { type InWeather, startInWeather } from './start-environment.ts'
import { storm } from './run-chaos.ts'
import { tally } from './tally.ts'
import { judge } from './environment.ts'

const RUNS = 160
const LANES = 30
/** How many runs are over between two restarts. */
const RUNS_PER_LIFE = 20

const seed = seedFrom('CHAOS_SEED')

let product: Product
let weather: InWeather<Product>
let env: Record<string, string>

beforeEach(async () => {
  weather = await startInWeather(seed, {
    async start(chaosEnv) {
      env = { ...chaosEnv, LOG_LEVEL: 'info' }
      product = await startProduct(env)
      return product
    },
    end: () => product.stop('SIGKILL'),
  })
  // Whoever starts it again does so at the same address.
  env['PORT'] = new URL(product.url).port
})
afterEach(() => weather?.close())

test(`${RUNS} runs while the built server is stopped and killed under them, again and again`, async () => {
  const { simulator, browserProxy } = weather
  const plans = Array.from({ length: RUNS }, (_, i) =>
    drawRunPlan(createRandom(seed, `life ${i}`), `life-${i}`),
  )
  let begun = 0
  let done = 0
  let restarting = Promise.resolve()

  async function restart() {
    begun += 1
    const code = await product.stop(begun % 2 ? 'SIGKILL' : 'SIGTERM')
    expect(code, `how it ended, at restart ${begun}`).toBe(begun % 2 ? null : 0)
    product = await startProduct(env)
    done += 1
  }

  const stories = await storm({
    plans,
    lanes: LANES,
    world: { restarts: () => ({ begun, done }), vanish: (runId) => browserProxy.vanish(runId, VANISHED_MS) },
    onOver(over) {
      if (over % RUNS_PER_LIFE === 0 && over < RUNS) restarting = restarting.then(restart)
    },
  })
  await restarting
  await simulator.waitFor(({ open }) => open === 0, AbortSignal.timeout(30_000))
  console.info(`${done} restarts; ${tally(stories)}`)
  expect(judge(stories, simulator.stats().requests), `CHAOS_SEED=${seed}`).toEqual([])
  expect(product.logs.filter(({ level }) => Number(level) >= 50)).toEqual([])
})
