import { EventEmitter, once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { appRouter } from './routers/app-router.ts'
import { startTestServer, type TestServer } from './testing/start-test-server.ts'
import { until } from './testing/until.ts'
import { mergeRouters, procedure, router } from './trpc.ts'

function connectTo({ url }: TestServer): Socket {
  const { hostname, port } = new URL(url)
  return connect({ host: hostname, port: Number(port) }).on('error', () => {})
}

const get = (path: string, cookie = '') => `GET ${path} HTTP/1.1\r\nhost: x\r\ncookie: ${cookie}\r\n\r\n`

test('subscriptions that are pipelined behind an open stream keep no run going', async () => {
  await using server = await startTestServer({ GRACE_MS: '1500' })
  const client = await server.client()
  const runId = await server.start(client, 'pipelined [[sim tps=100 tokens=60000]]')
  const path = `/trpc/runs.events?input=${encodeURIComponent(JSON.stringify({ runId }))}`
  const socket = connectTo(server)
  socket.write(get(path, client.cookie))
  await once(socket, 'data')
  expect(server.runs.readers).toBe(1)
  const closed = once(socket.resume(), 'close')
  socket.write(get(path, client.cookie).repeat(50))
  await closed
  expect((await server.upstreamEnd()).outcome).toBe('aborted')
  await until(() => server.runs.live === 0)
  expect(server.runs.readers).toBe(0)
})

test('so do subscriptions that an app adds, which tRPC serves itself', async () => {
  const events = new EventEmitter()
  let open = 0
  const ticks = procedure.subscription(async function* ({ signal }) {
    events.emit('open', ++open)
    try {
      yield open
      await new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }))
    } finally {
      events.emit('left', --open)
    }
  })
  await using server = await startTestServer({}, { router: mergeRouters(appRouter, router({ ticks })) })
  const socket = connectTo(server)
  const opened = once(events, 'open')
  socket.write(get('/trpc/ticks'))
  await opened
  const left = once(events, 'left')
  socket.resume().write(get('/trpc/ticks').repeat(50))
  expect(await left).toEqual([0])
})

test('a connection that is kept alive is served one request after the other', async () => {
  await using server = await startTestServer()
  const socket = connectTo(server).setEncoding('utf8')
  for (let requests = 0; requests < 50; requests++) {
    socket.write(get('/healthz'))
    const [answer] = await once(socket, 'data')
    expect(answer).toMatch(/^HTTP\/1.1 200 OK/)
  }
  socket.destroy()
})
