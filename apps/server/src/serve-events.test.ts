import { randomUUID } from 'node:crypto'
import diagnostics from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Source } from '@sluice/events'
import Fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import type { Context } from './context.ts'
import { serveEvents } from './serve-events.ts'
import { collect } from './testing/collect.ts'
import { startTestServer, type TestServer } from './testing/start-test-server.ts'
import { until } from './testing/until.ts'
import type { EventsConnection, WireClient } from './testing/wire-client.ts'

const WINDOW = 262_144
/** More than the socket buffers hold. */
const LONG = 16_000_000

/** Yields text as fast as it is pulled. */
const source: Source = async function* () {
  const text = 'x'.repeat(65_536)
  for (let chars = 0; chars < LONG; chars += text.length) yield [{ type: 'text', text }]
  yield [
    {
      type: 'done',
      stopReason: 'end_turn',
      usage: { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: false },
      costUsd: null,
    },
  ]
}

async function startLong(server: TestServer, client: WireClient): Promise<string> {
  const runId = randomUUID()
  const owner =
    decodeURIComponent(client.cookie ?? '')
      .slice('sluice_session='.length)
      .split('.')[0] ?? ''
  await server.runs.start({ owner, runId, model: 'a-model', source })
  return runId
}

/** The server's responses to subscriptions, as they come. */
function watchResponses(): ServerResponse[] {
  const responses: ServerResponse[] = []
  const onRequest = (message: unknown) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
    if (request.url?.startsWith('/trpc/runs.events')) responses.push(response)
  }
  diagnostics.subscribe('http.server.request.start', onRequest)
  onTestFinished(() => void diagnostics.unsubscribe('http.server.request.start', onRequest))
  return responses
}

/** Reads to the end, without keeping it. Resolves to the last position. */
async function readAll(connection: EventsConnection): Promise<number> {
  let position = 0
  for await (const { id } of connection) position = Number(id ?? position) || position
  return position
}

test('of what a client neither reads nor acknowledges, the server holds one frame', async () => {
  const responses = watchResponses()
  await using server = await startTestServer({ WINDOW_CHARS: String(WINDOW), FRAME_MS: '0' })
  const client = await server.client()
  const runId = await startLong(server, client)
  const frozen = await client.events({ runId })
  frozen.freeze()
  // Meanwhile another tab reads all of it. Without backpressure the frozen one would be sent as many frames.
  expect(await readAll(await client.events({ runId }))).toBeGreaterThan(LONG)
  expect(responses[0]?.writableLength).toBeLessThan(2 * WINDOW)
  expect(server.runs.readers).toBe(1)
  frozen.destroy()
})

test.for(['goes on', 'has ended'])(
  'a client without a reader id that reads nothing is reset after LEASE_MS when the answer %s',
  async (state) => {
    const responses = watchResponses()
    await using server = await startTestServer({
      WINDOW_CHARS: String(WINDOW),
      FRAME_MS: '0',
      LEASE_MS: '1500',
      GRACE_MS: '1500',
    })
    const client = await server.client()
    const runId = await startLong(server, client)
    const frozen = await client.events({ runId })
    frozen.freeze()
    if (state === 'has ended') await readAll(await client.events({ runId }))
    const [response] = responses
    if (response?.socket?.destroyed === false) await once(response, 'close')
    // Every poll is a round trip, not a sleep.
    await until(() => server.runs.readers + server.runs.live === 0)
    const { terminal } = await collect(await client.events({ runId, header: '1' }), { after: 1 })
    expect(terminal).toMatchObject(state === 'goes on' ? { code: 'abandoned' } : { stopReason: 'end_turn' })
    frozen.destroy()
  },
)

test('a stream beyond the limit of an owner or an address is refused until another is closed', async () => {
  await using server = await startTestServer({
    MAX_STREAMS_PER_OWNER: '2',
    MAX_STREAMS_PER_IP: '3',
    GRACE_MS: '60000',
  })
  const [ann, bob] = [await server.client(), await server.client()]
  const runs = new Map([
    [ann, await server.start(ann, 'ann [[sim fault=hang]]')],
    [bob, await server.start(bob, 'bob [[sim fault=hang]]')],
  ])
  const open = async (client: WireClient) => {
    const connection = await client.events({ runId: runs.get(client) ?? '' })
    const part = await collect(connection, { enough: ({ events }) => events.length > 0 })
    return { connection, refusals: part.refusals, status: connection.status }
  }
  const first = await open(ann)
  await open(ann)
  expect(await open(ann)).toMatchObject({
    status: 200,
    refusals: [{ code: 'TOO_MANY_REQUESTS', message: 'At most 2 answers can be followed at once.' }],
  })
  expect((await open(bob)).refusals).toEqual([])
  expect((await open(bob)).refusals).toMatchObject([{ message: /from one address/ }])
  expect(server.runs.readers).toBe(3)
  first.connection.destroy()
  await until(() => server.runs.readers === 2)
  expect((await open(ann)).refusals).toEqual([])
  for (const [client, runId] of runs) await client.call('runs.stop', { runId })
})

test('a reader that is refused gets its error and no `connected`; one that is accepted gets it first', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const runId = await server.start(client, 'connected [[sim tokens=5]]')
  const namesFor = async (id: string) => {
    const names: (string | undefined)[] = []
    for await (const { name } of await client.events({ runId: id })) names.push(name)
    return names
  }
  expect(await namesFor(randomUUID())).toEqual(['serialized-error'])
  const names = await namesFor(runId)
  expect([names[0], names.at(-1)]).toEqual(['connected', 'return'])
})

test('a client that left before its request was handled counts as no stream', async () => {
  const app = Fastify()
  // As when a session is looked up in another service.
  const lookedUp = new Promise<void>((resolve) => {
    app.addHook('onRequest', async ({ raw }) => {
      await once(raw.socket, 'close')
      resolve()
    })
  })
  let open = 0
  serveEvents(app, {
    createContext: async () => ({}) as Context,
    openStream: () => {
      open++
      return () => open--
    },
    stallMs: 1000,
    onError: () => {},
  })
  const { port } = new URL(await app.listen({ port: 0 }))
  const socket = connect({ port: Number(port) })
  socket.write('GET /trpc/runs.events HTTP/1.1\r\nhost: x\r\n\r\n')
  await once(app.server, 'request')
  socket.destroy()
  await lookedUp
  await nextTurn()
  expect(open).toBe(0)
  await app.close()
})
