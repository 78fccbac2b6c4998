import { parseEnv } from '@sluice/server/env'
import { type RunningServer, serve } from '@sluice/server/serve'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { VANISHED_MS } from '../fault-proxy/connection-plan.ts'
import { createRandom, seedFrom } from '../random.ts'
import { drawRunPlan } from './run-plan.ts'
import { heapInUse, resources, until } from '../resources.ts'
import { type InWeather, startInWeather } from './start-environment.ts'
import { storm } from './run-chaos.ts'
import { tally } from './tally.ts'
import { CHAOS_LIMITS, judge } from './environment.ts'

const RUNS = 250
const WARM_UP = 30
const LANES = 40
/** What may be left of a storm: code that was compiled late, caches that are full now. */
const HEAP_GROWTH_BYTES = 6_000_000

const seed = seedFrom('CHAOS_SEED')

let weather: InWeather<RunningServer>

beforeEach(async () => {
  weather = await startInWeather(seed, {
    start: (env) => serve({ env: parseEnv(env, { production: true }), logger: pino({ level: 'silent' }) }),
    end: (server) => server.close(),
  })
})
afterEach(() => weather?.close())

test(`${RUNS} runs through resets, holes, trickles, delays and wrong answers on both sides`, async () => {
  const { simulator, upstreamProxy, server, browserProxy } = weather
  const world = {
    restarts: () => ({ begun: 0, done: 0 }),
    vanish: (runId: string) => browserProxy.vanish(runId, VANISHED_MS),
  }
  const before = resources()
  const plans = Array.from({ length: RUNS }, (_, i) =>
    drawRunPlan(createRandom(seed, `run ${i}`), `run-${i}`),
  )
  const warmUp = await storm({ plans: plans.slice(0, WARM_UP), lanes: LANES, world })
  const heapBefore = heapInUse()

  const stories = await storm({ plans: plans.slice(WARM_UP), lanes: LANES, world })
  await simulator.waitFor(({ open }) => open === 0, AbortSignal.timeout(30_000))
  console.info(tally([...warmUp, ...stories]))
  console.info(
    `${browserProxy.plans.length} connections by browsers, ${upstreamProxy.plans.length} to Claude`,
  )
  expect(judge([...warmUp, ...stories], simulator.stats().requests), `CHAOS_SEED=${seed}`).toEqual([])

  // Whatever the clients still had under way ends with its connection; the server is left to itself.
  stories.length = 0
  warmUp.length = 0
  simulator.reset()
  await until(CHAOS_LIMITS.retainMs + 20_000, () => {
    browserProxy.cut()
    upstreamProxy.cut()
    const { live, size, readers } = server.runs
    const after = resources()
    const sockets = browserProxy.open() + upstreamProxy.open()
    const clean = live + size + readers + sockets === 0 && fits(after, before)
    return clean ? undefined : { live, size, readers, sockets, before, after }
  })
  const grown = heapInUse() - heapBefore
  console.info(
    `heap in use: ${(heapBefore / 1e6).toFixed(1)} MB before, ${(grown / 1e6).toFixed(1)} MB more after`,
  )
  expect(grown).toBeLessThan(HEAP_GROWTH_BYTES)
})

/** Nothing of any kind is left that was not there before. */
function fits(after: Record<string, number>, before: Record<string, number>): boolean {
  return Object.entries(after).every(([kind, count]) => count <= (before[kind] ?? 0))
}
