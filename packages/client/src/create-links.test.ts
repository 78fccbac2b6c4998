import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTRPCClient } from '@trpc/client'
import { initTRPC, tracked } from '@trpc/server'
import { createHTTPHandler } from '@trpc/server/adapters/standalone'
import { EventSource } from 'eventsource'
import { afterEach, expect, test, vi } from 'vitest'
import { createLinks } from './create-links.ts'
import { createRunStore, isOver } from './run-store.ts'
import type { RunsApi } from './runs-api.ts'
import { DONE } from './testing/fake-server.ts'

afterEach(() => vi.unstubAllGlobals())

const TEXT = 'Every token once.'

/** Responses to the first connections. Each makes an EventSource give up, or wait forever. */
const MISHAPS: readonly ((response: ServerResponse) => void)[] = [
  (response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>'),
  (response) => response.writeHead(503).end(),
  (response) => response.writeHead(204).end(),
  (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>'),
  (response) => response.destroy(),
  // Half of the answer, then the connection goes silent.
  (response) =>
    response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .write(
        'event: connected\ndata: {"reconnectAfterInactivityMs":50}\n\n' +
          `data: ${JSON.stringify({ type: 'text', text: TEXT.slice(0, 6) })}\nid: 6\n\n`,
      ),
]

test('a run is followed and acknowledged without React or a page, through any error of a proxy', async () => {
  vi.stubGlobal('EventSource', EventSource)
  /** Each reader's first request. tRPC may send a second one in the moment before it is left. */
  const asked = new Map<string, string | undefined>()
  let acknowledged = () => {}
  const allAcknowledged = new Promise<void>((resolve) => (acknowledged = resolve))
  const { router, procedure } = initTRPC.create()
  const app = router({
    runs: router({
      events: procedure
        .input((input) => input as { runId: string; readerId: string; lastEventId?: string })
        .subscription(async function* ({ input: { lastEventId } }) {
          const after = Number(lastEventId ?? 0)
          yield tracked(String(TEXT.length), { type: 'text', text: TEXT.slice(after) })
          // The end is sent when the text has been acknowledged.
          await allAcknowledged
          yield tracked(String(TEXT.length + 1), DONE)
        }),
      ack: procedure
        .input((input) => input as { runId: string; readerId: string; position: number })
        .mutation(({ input: { position } }) => {
          if (position === TEXT.length) acknowledged()
        }),
      stop: procedure.input((input) => input as { runId: string }).mutation(() => {}),
    }),
  })
  const handle = createHTTPHandler({ router: app, basePath: '/trpc/' })
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (!url.pathname.endsWith('/runs.events')) return handle(request, response)
    const input = JSON.parse(url.searchParams.get('input') ?? '{}') as {
      readerId: string
      lastEventId?: string
    }
    const mishap = MISHAPS[asked.size]
    if (!asked.has(input.readerId)) asked.set(input.readerId, input.lastEventId)
    if (mishap) mishap(response)
    else handle(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/trpc`
    const client = createTRPCClient<typeof app>({ links: createLinks({ url }) })
    const run = createRunStore({ runId: 'run', runs: client.runs })
    const over = new Promise<void>((resolve) => {
      run.subscribe(() => {
        run.rendered(run.getSnapshot().view.position)
        if (isOver(run.getSnapshot())) resolve()
      })
    })
    run.connect()
    await over
    expect(run.getSnapshot()).toMatchObject({
      view: { status: 'done', parts: [{ type: 'text', text: TEXT }] },
      gaps: 0,
    })
    expect([...asked.values()]).toEqual([...MISHAPS.map(() => undefined), '6'])
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('a 401 of the stream, which an EventSource cannot see, ends the following', async () => {
  vi.stubGlobal('EventSource', EventSource)
  const refusal = {
    error: { message: 'Sign in first.', code: -32_001, data: { code: 'UNAUTHORIZED', httpStatus: 401 } },
  }
  const server = createServer((_request, response) =>
    response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(refusal)),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/trpc`
    const client = createTRPCClient<any>({ links: createLinks({ url }) }) as unknown as { runs: RunsApi }
    const run = createRunStore({ runId: 'run', runs: client.runs })
    const over = new Promise<void>((resolve) => {
      run.subscribe(() => {
        if (isOver(run.getSnapshot())) resolve()
      })
    })
    run.connect()
    await over
    expect(run.getSnapshot()).toMatchObject({
      failure: { code: 'UNAUTHORIZED', message: 'Sign in first.' },
    })
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
