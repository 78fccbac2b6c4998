import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { collect } from './testing/collect.ts'
import { question } from './testing/question.ts'
import { startTestServer } from './testing/start-test-server.ts'

const WINDOW = 200
const LONG = '600000'

/** A reader that has taken a window, and acks nothing. */
async function behind(readerDrainMs: string) {
  const server = await startTestServer({ WINDOW_CHARS: String(WINDOW), READER_DRAIN_MS: readerDrainMs })
  const client = await server.client()
  const runId = await server.start(client, 'closing [[sim tokens=9999 thinking=0]]')
  const readerId = randomUUID()
  const connection = await client.events({ runId, readerId })
  const { position } = await collect(connection, { enough: (soFar) => soFar.position >= WINDOW })
  const ack = (to: number) => client.call('runs.ack', { runId, readerId, position: to })
  return { server, connection, position, ack }
}

test('a reader that acks within READER_DRAIN_MS receives the end, and closing takes no longer than that', async () => {
  const { server, connection, position, ack } = await behind(LONG)
  const closing = server.close()
  expect((await fetch(`${server.url}/readyz`)).status).toBe(503)
  let acked = position
  await ack(acked)
  const { terminal } = await collect(connection, {
    after: position,
    enough: async (soFar) => {
      // Only where it is needed: when everything has been sent, closing waits for no ack.
      if (soFar.position - acked >= WINDOW) await ack((acked = soFar.position))
      return false
    },
  })
  expect(terminal).toMatchObject({ type: 'error', code: 'interrupted' })
  await closing
})

test('closing waits READER_DRAIN_MS at most for a reader that acks nothing', async () => {
  const { server, connection, position } = await behind('50')
  await server.close()
  expect((await collect(connection, { after: position })).terminal).toBeUndefined()
})

test('closing waits READER_DRAIN_MS at most for a client that reads nothing', async () => {
  const server = await startTestServer({ READER_DRAIN_MS: '50' })
  const client = await server.client()
  // More than the socket buffers hold.
  const runId = await server.start(client, 'frozen [[sim tokens=128000 thinking=0]]', { maxTokens: 128_000 })
  const connection = await client.events({ runId })
  connection.freeze()
  await server.simulator.waitFor(({ requests: [first] }) => first?.blocked === true)
  await server.close()
  expect([server.runs.live, server.runs.readers]).toEqual([0, 0])
  connection.destroy()
})

test('a start that a closing server refuses does not count towards a limit', async () => {
  await using server = await startTestServer({ STARTS_PER_MINUTE: '2', MAX_RUNS_PER_OWNER: '1' })
  const client = await server.client()
  const runId = await server.start(client, 'hold [[sim fault=stall-pings@5 thinking=0]]')
  const closing = server.close({ drainMs: Number(LONG) })
  // The page sends it about 14 times in the default DRAIN_MS.
  for (let i = 0; i < 3; i++) {
    const { status, body } = await client.call('chat.send', question())
    expect([status, body.error.data.code]).toEqual([503, 'SERVICE_UNAVAILABLE'])
  }
  await client.call('runs.stop', { runId })
  await closing
})
