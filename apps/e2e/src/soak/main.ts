import { setImmediate as nextTurn } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startSimulator } from '@sluice/claude-sim'
import { parseEnv } from '@sluice/server/env'
import { serve } from '@sluice/server/serve'
import { pino } from 'pino'
import { embeddedDatabase } from '../product/embedded-database.ts'
import { ONE_ADDRESS } from '../product/one-address.ts'
import { SESSION_SECRET } from '../product/start-product.ts'
import { createRandom, seedFrom } from '../random.ts'
import { heapInUse, resources, until } from '../resources.ts'
import { createVisitor } from './visitor.ts'

/**
 * Runs thousands of short answers against the simulator, most of them with a disconnect, all in this process, and
 * measures what is left. Exits 1 when the heap has grown by more than `BOUND_BYTES`, or when something hangs.
 */
const BOUND_BYTES = 8_000_000
/** Runs before the first measurement, to compile code and fill pools. */
const WARM_UP_RUNS = 500
const WORKERS = 24
const LIMIT_MS = 15 * 60_000

const { values } = parseArgs({ options: { runs: { type: 'string', default: '10000' } } })
const runs = Number(values.runs)
if (!Number.isSafeInteger(runs) || runs < 2) throw new Error('--runs: expected a whole number of 2 or more')

const giveUp = setTimeout(() => {
  console.error(`The soak did not end in ${LIMIT_MS / 60_000} minutes.`)
  process.exit(1)
}, LIMIT_MS)

const random = createRandom(seedFrom('SOAK_SEED'))
const database = await embeddedDatabase()
const simulator = await startSimulator({ defaults: { tps: 0, ttft: 0 } })
const server = await serve({
  env: parseEnv(
    {
      PORT: '0',
      SESSION_SECRET,
      DATABASE_URL: database.url,
      ANTHROPIC_API_KEY: 'test-key',
      ANTHROPIC_BASE_URL: simulator.url,
      GRACE_MS: '1000',
      FRAME_MS: '10',
      MAX_RUNS_PER_OWNER: '1000',
      STARTS_PER_MINUTE: '100000',
      ...ONE_ADDRESS,
    },
    { production: true },
  ),
  logger: pino({ level: 'silent' }),
})

async function soak(count: number): Promise<void> {
  const started = performance.now()
  let begun = 0
  let ended = 0

  async function worker() {
    let visitor = createVisitor(server.url, random)
    while (begun < count) {
      begun += 1
      await visitor.ask()
      ended += 1
      if (ended % 20 === 0) visitor = createVisitor(server.url, random)
      if (ended % 1000 === 0) {
        const perSecond = Math.round((ended * 1000) / (performance.now() - started))
        console.info(`  ${ended} of ${count} runs, ${perSecond}/s, ${server.runs.live} live`)
      }
    }
  }

  await Promise.all(Array.from({ length: WORKERS }, worker))
}

/** Measures once every run has ended and expired. */
async function measure(when: string): Promise<number> {
  await until(60_000, () => {
    const { live, size, readers } = server.runs
    return live + size + readers === 0 ? undefined : { live, size, readers }
  })
  simulator.reset()
  // Finalizers run between turns of the event loop and free more garbage.
  for (let round = 0; round < 5; round++) {
    heapInUse()
    await nextTurn()
  }
  const heap = heapInUse()
  const { live, readers } = server.runs
  const { TCPSocketWrap: sockets = 0, Timeout: timers = 0 } = resources()
  console.info(
    `${when}: heap after GC ${(heap / 1e6).toFixed(2)} MB, rss ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB, ` +
      `${live} live runs, ${readers} readers, ${sockets} sockets, ${timers} timers`,
  )
  return heap
}

await soak(WARM_UP_RUNS)
const atStart = await measure('start')
await soak(Math.floor(runs / 2))
await measure('middle')
await soak(Math.ceil(runs / 2))
const atEnd = await measure('end')

await server.close()
await database.remove()
await simulator.close()
clearTimeout(giveUp)
const grown = atEnd - atStart
const result = grown > BOUND_BYTES ? 'too much' : 'fine'
console.info(
  `${runs} runs: the heap grew by ${(grown / 1e6).toFixed(2)} MB (${Math.round(grown / runs)} bytes a run); ` +
    `${result}, the bound is ${BOUND_BYTES / 1e6} MB`,
)
process.exit(grown > BOUND_BYTES ? 1 : 0)
