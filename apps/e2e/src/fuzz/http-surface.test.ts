import { randomUUID } from 'node:crypto'
import { type Simulator, startSimulator } from '@sluice/claude-sim'
import { parseEnv } from '@sluice/server/env'
import { type RunningServer, serve } from '@sluice/server/serve'
import { collect, question, WireClient } from '@sluice/server/testing'
import * as fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EmbeddedDatabase, embeddedDatabase } from '../product/embedded-database.ts'
import { ONE_ADDRESS } from '../product/one-address.ts'
import { SESSION_SECRET } from '../product/start-product.ts'
import { seedFrom } from '../random.ts'
import { until } from '../resources.ts'
import { anyDamage, damaged } from './damage.ts'
import { type Answered, exchange, speak } from './exchange.ts'
import { oddRequest } from './odd-requests.ts'

const seed = seedFrom('FUZZ_SEED')

let simulator: Simulator
let server: RunningServer
let faults: string[]
let database: EmbeddedDatabase

beforeAll(async () => {
  faults = []
  database = await embeddedDatabase()
  simulator = await startSimulator({ defaults: { tps: 0, ttft: 0 } })
  server = await serve({
    env: parseEnv(
      {
        PORT: '0',
        SESSION_SECRET,
        DATABASE_URL: database.url,
        ANTHROPIC_API_KEY: 'test-key',
        ANTHROPIC_BASE_URL: simulator.url,
        GRACE_MS: '1000',
        MAX_RUNS_PER_OWNER: '100000',
        STARTS_PER_MINUTE: '100000',
        ...ONE_ADDRESS,
      },
      { production: true },
    ),
    logger: pino({ level: 'error' }, { write: (line: string) => void faults.push(line) }),
  })
  // Until then /readyz answers 503, as it should.
  await server.ready()
})
afterAll(async () => {
  await server.close()
  await database.remove()
  await simulator.close()
})

/** Checks that every refusal has tRPC's error format. */
function expectTyped({ status, body, refusals }: Answered, method: string): void {
  expect(status).toBeGreaterThanOrEqual(200)
  expect(status).toBeLessThan(500)
  for (const code of refusals) expect(code).toMatch(/^[A-Z_]+$/)
  expect(body).not.toMatch(/node_modules|\.ts:\d|\.js:\d|test-key/)
  if (status < 400 || method === 'HEAD') return
  const answers = [JSON.parse(body)].flat() as {
    error?: { code: number; message: string; data: { code: string } }
  }[]
  const errors = answers.filter(({ error }) => error)
  expect(errors.length).toBeGreaterThan(0)
  for (const { error } of errors) {
    expect(error).toMatchObject({ code: expect.any(Number), message: expect.any(String) })
    expect(error?.data.code).toMatch(/^[A-Z_]+$/)
  }
}

/** The errors that the server logged, after it has answered one more visitor and released everything. */
async function faultsOfTheServer(): Promise<string[]> {
  const client = new WireClient(server.url)
  await client.query('models.list')
  const runId = randomUUID()
  const input = question({ runId, content: 'still there? [[sim tokens=50]]' })
  expect((await client.call('chat.send', input)).status).toBe(200)
  expect((await collect(await client.events({ runId }))).terminal?.type).toBe('done')
  await until(10_000, () => {
    const { live, size, readers } = server.runs
    return live + size + readers === 0 ? undefined : { live, size, readers }
  })
  return faults
}

test('any request gets a quick, typed response that is never a 5xx, and the server goes on', async () => {
  await fc.assert(
    fc.asyncProperty(oddRequest, async (request) => {
      expectTyped(await exchange(server.url, request), request.method)
    }),
    { seed, numRuns: 800 },
  )
  expect(await faultsOfTheServer()).toEqual([])
})

const REPLY =
  /HTTP\/1\.1 (\d{3}) (?:(?!\r\n\r\n)[^])*\r\ncontent-length: (\d+)\r\n(?:(?!\r\n\r\n)[^])*\r\n\r\n/gi

/** The responses on one connection that have a length. */
function repliesIn(heard: string): { status: number; body: string }[] {
  const replies = heard.matchAll(REPLY)
  return Array.from(replies, (reply) => {
    const [head, status, length] = reply
    const from = reply.index + head.length
    return { status: Number(status), body: heard.slice(from, from + Number(length)) }
  })
}

test('for any bytes the server answers or closes the connection, and goes on', async () => {
  const good = [
    'POST /trpc/chat.send HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}',
    'GET /trpc/models.list HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    'POST /trpc/runs.ack HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
  ].map((text) => Buffer.from(text))
  const bytes = fc.oneof(
    fc
      .tuple(fc.constantFrom(...good), fc.array(anyDamage, { minLength: 1, maxLength: 4 }))
      .map(([request, damages]) => damaged(request, damages)),
    fc.uint8Array({ maxLength: 300 }),
  )
  await fc.assert(
    fc.asyncProperty(bytes, async (said) => {
      for (const { status, body } of repliesIn(await speak(server.url, said))) {
        expect(status).toBeLessThan(500)
        if (status >= 400) expect(JSON.parse(body).error.data.code).toMatch(/^[A-Z_]+$/)
      }
    }),
    { seed, numRuns: 400 },
  )
  expect(await faultsOfTheServer()).toEqual([])
})
