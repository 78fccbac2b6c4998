import { Socket } from 'node:net'
import { EventBuffer } from '@sluice/events'
import { parseEnv } from '@sluice/server/env'
import { type RunningServer, serve } from '@sluice/server/serve'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { VANISHED_MS } from './draw-connection.ts'
import { createRandom, seedFrom } from '../random.ts'
import { drawRunPlan } from './run-plan.ts'
import { instancesOf, resources, until } from '../resources.ts'
import { type ChaosEnvironment, startEnvironment } from './start-environment.ts'
import { runChaos } from './run-chaos.ts'
import { tally } from './tally.ts'
import { CHAOS_LIMITS } from './environment.ts'
import { checkInvariants } from './check-invariants.ts'

const RUNS = 160
const CONCURRENCY = 40

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
  const plans = Array.from({ length: RUNS }, (_, i) =>
    drawRunPlan(createRandom(seed, `run ${i}`), `run-${i}`),
  )
  const before = leftOver()
  const trials = await runChaos({ plans, concurrency: CONCURRENCY, context })
  await simulator.waitFor(({ open }) => open === 0, AbortSignal.timeout(30_000))
  console.info(tally(trials))
  console.info(
    `${browserProxy.connections()} connections by browsers, ${upstreamProxy.connections()} to Claude`,
  )
  expect(checkInvariants(trials, simulator.stats().requests, CHAOS_LIMITS), `CHAOS_SEED=${seed}`).toEqual([])

  // Snapshots of typed answers hold their stores.
  trials.length = 0
  // Cut what the clients still have open; the server has to clean up by itself.
  await until(CHAOS_LIMITS.leaseMs + CHAOS_LIMITS.graceMs + 20_000, () => {
    browserProxy.cut()
    upstreamProxy.cut()
    const { live, size, readers } = server.runs
    const sockets = browserProxy.open() + upstreamProxy.open()
    if (live + size + readers + sockets > 0) return { live, size, readers, sockets }
    const after = leftOver()
    return fits(after, before) ? undefined : { before, after }
  })
})

/**
 * What keeps the process alive, and what of runs is in memory. Objects are counted instead of bytes, because V8 compiles
 * code at any time. Runs, readers and tabs hold logs.
 */
function leftOver(): Record<string, number> {
  return { ...resources(), logs: instancesOf(EventBuffer), sockets: instancesOf(Socket) }
}

/** True when no kind of resource has grown. */
function fits(after: Record<string, number>, before: Record<string, number>): boolean {
  return Object.entries(after).every(([kind, count]) => count <= (before[kind] ?? 0))
}
