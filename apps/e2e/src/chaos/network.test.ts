import { parseEnv } from '@sluice/server/env'
import { type RunningServer, serve } from '@sluice/server/serve'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { VANISHED_MS } from '../fault-proxy/connection-plan.ts'
import { createRandom, seedFrom } from '../random.ts'
import { drawRunPlan, type RunPlan } from './run-plan.ts'
import { objectsInUse, resources, until } from '../resources.ts'
import { type ChaosEnvironment, startEnvironment } from './start-environment.ts'
import { runChaos } from './run-chaos.ts'
import { tally } from './tally.ts'
import { CHAOS_LIMITS } from './environment.ts'
import { checkInvariants } from './check-invariants.ts'

const RUNS = 250
/** Runs before the first count, which load modules and fill pools. */
const WARM_UP = 50
const CONCURRENCY = 40
/** How many objects each run may leave in memory, for caches. A log alone has about ten. */
const OBJECTS_PER_RUN = 3

const seed = seedFrom('CHAOS_SEED')

let environment: ChaosEnvironment<RunningServer>

beforeEach(async () => {
  environment = await startEnvironment(seed, {
    start: (env) => serve({ env: parseEnv(env, { production: true }), logger: pino({ level: 'silent' }) }),
    end: (server) => server.close(),
  })
})
afterEach(() => environment?.close())

test(`${RUNS} runs with resets, black holes, trickles, delays and wrong responses on both sides`, async () => {
  const { simulator, upstreamProxy, server, browserProxy } = environment
  const context = {
    restarts: () => ({ begun: 0, done: 0 }),
    vanish: (runId: string) => browserProxy.vanish(runId, VANISHED_MS),
  }
  const before = resources()
  const plans = Array.from({ length: RUNS }, (_, i) =>
    drawRunPlan(createRandom(seed, `run ${i}`), `run-${i}`),
  )

  /** Resolves once everything is cleaned up, to the number of objects in memory. */
  async function askAll(some: RunPlan[]): Promise<number> {
    const trials = await runChaos({ plans: some, concurrency: CONCURRENCY, context })
    await simulator.waitFor(({ open }) => open === 0, AbortSignal.timeout(30_000))
    console.info(tally(trials))
    expect(checkInvariants(trials, simulator.stats().requests, CHAOS_LIMITS), `CHAOS_SEED=${seed}`).toEqual(
      [],
    )

    // Cut what the clients still have open; the server has to clean up by itself.
    trials.length = 0
    simulator.reset()
    await until(CHAOS_LIMITS.leaseMs + CHAOS_LIMITS.graceMs + 20_000, () => {
      browserProxy.cut()
      upstreamProxy.cut()
      const { live, size, readers } = server.runs
      const after = resources()
      const sockets = browserProxy.open() + upstreamProxy.open()
      const clean = live + size + readers + sockets === 0 && fits(after, before)
      return clean ? undefined : { live, size, readers, sockets, before, after }
    })
    return objectsInUse()
  }

  const warm = await askAll(plans.slice(0, WARM_UP))
  const end = await askAll(plans.slice(WARM_UP))
  console.info(
    `${browserProxy.connections()} connections by browsers, ${upstreamProxy.connections()} to Claude`,
  )
  console.info(`${warm} objects in memory after ${WARM_UP} runs, ${end} after ${RUNS}`)
  expect((end - warm) / (RUNS - WARM_UP)).toBeLessThan(OBJECTS_PER_RUN)
})

/** True when no kind of resource has grown. */
function fits(after: Record<string, number>, before: Record<string, number>): boolean {
  return Object.entries(after).every(([kind, count]) => count <= (before[kind] ?? 0))
}
