import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import Fastify from 'fastify'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type EventStream, openEventStream } from './event-stream.ts'

const PING_MS = 5000
const STALL_MS = 75_000
const PIECE = 'x'.repeat(65_536)
/** More than the sockets between hold. */
const MUCH = 'x'.repeat(64_000_000)

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterEach(() => {
  vi.useRealTimers()
})

interface Opened {
  readonly stream: EventStream
  readonly raw: ServerResponse
  readonly client: Socket
  [Symbol.asyncDispose](): Promise<void>
}

/** A stream that is open, and its client, which reads nothing until it is told to. */
async function open(): Promise<Opened> {
  const app = Fastify()
  const opened = new Promise<{ stream: EventStream; raw: ServerResponse }>((resolve) => {
    app.get('/', (_request, reply) => {
      resolve({ stream: openEventStream(reply, { pingMs: PING_MS, stallMs: STALL_MS }), raw: reply.raw })
    })
  })
  const url = new URL(await app.listen({ port: 0 }))
  const client = connect({ host: url.hostname, port: Number(url.port) })
  client.on('error', () => {})
  client.pause()
  client.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  return {
    ...(await opened),
    client,
    async [Symbol.asyncDispose]() {
      client.destroy()
      await app.close()
    },
  }
}

/** Not `once`, which rejects for the reset that some versions of Node report before the close. */
const closeOf = (client: Socket) => new Promise((resolve) => client.once('close', resolve))

/** Writes until the sockets between hold no more. Resolves to how many characters they hold. */
async function fill({ stream, raw }: Opened): Promise<number> {
  for (let pieces = 0; ; pieces++) {
    stream.send(PIECE)
    for (let turns = 0; turns < 20 && raw.writableLength > 0; turns++) await nextTurn()
    if (raw.writableLength > 0) return pieces * PIECE.length
  }
}

/** Lets time go by without a word, as long as a peer may take nothing. */
function stall() {
  for (let ms = 0; ms < STALL_MS; ms += PING_MS) vi.advanceTimersByTime(PING_MS)
}

test('a client that reads nothing for stallMs is reset, and not before', async () => {
  await using peer = await open()
  const { raw, client } = peer
  const held = await fill(peer)
  // The first tick sees what was read before it.
  vi.advanceTimersByTime(PING_MS)
  vi.advanceTimersByTime(STALL_MS - 1)
  expect(raw.socket?.destroyed).toBe(false)
  const closed = once(raw, 'close')
  vi.advanceTimersByTime(1)
  await closed
  expect(vi.getTimerCount()).toBe(0)
  // A reset: after a normal close the kernel would keep the data until the client reads it.
  let read = 0
  client.on('data', (bytes) => (read += bytes.length))
  client.resume()
  await closeOf(client)
  expect(read).toBeLessThan(held)
})

test('a client that reads nothing is reset after the end of the stream too', async () => {
  await using peer = await open()
  const { stream, raw } = peer
  await fill(peer)
  stream.end()
  const closed = once(raw, 'close')
  stall()
  vi.advanceTimersByTime(PING_MS)
  await closed
  expect(vi.getTimerCount()).toBe(0)
})

test('the kernel frees the rest of an answer that has ended when the client does not read it', async () => {
  await using peer = await open()
  const { stream, raw, client } = peer
  // More than the client's kernel buffers, and less than ours.
  const answer = 'x'.repeat(1_000_000)
  stream.send(answer)
  stream.end()
  while (raw.socket?.writableFinished === false) await nextTurn()
  vi.advanceTimersByTime(STALL_MS)
  expect(raw.socket?.destroyed).toBe(false)
  const closed = once(raw, 'close')
  vi.advanceTimersByTime(PING_MS)
  await closed
  expect(vi.getTimerCount()).toBe(0)
  let read = 0
  client.on('data', (bytes) => (read += bytes.length))
  client.resume()
  await closeOf(client)
  expect(read).toBeLessThan(answer.length)
})

test('reading anything restarts the limit, and pings do not when they are not read', async () => {
  await using peer = await open()
  const { stream, raw, client } = peer
  await fill(peer)
  stream.send(MUCH)
  stall()
  const before = raw.writableLength
  client.resume()
  while (raw.writableLength === before) await nextTurn()
  client.pause()
  // The unread rest still waits for the client.
  expect(raw.writableLength).toBeGreaterThan(0)
  stall()
  expect(raw.socket?.destroyed).toBe(false)
  const closed = once(raw, 'close')
  vi.advanceTimersByTime(PING_MS)
  await closed
})

test('the limit starts when there is something to read', async () => {
  await using peer = await open()
  const { stream, raw, client } = peer
  stream.send(PIECE)
  client.resume()
  while (raw.writableLength > 0) await nextTurn()
  client.pause()
  vi.advanceTimersByTime(PING_MS - 1)
  stream.send(MUCH)
  vi.advanceTimersByTime(STALL_MS)
  await nextTurn()
  expect(raw.socket?.destroyed).toBe(false)
  const closed = once(raw, 'close')
  vi.advanceTimersByTime(2 * PING_MS)
  await closed
})

test('a client with nothing to read keeps its connection, and receives pings', async () => {
  await using peer = await open()
  const { stream, raw, client } = peer
  let heard = ''
  client.setEncoding('utf8').on('data', (text: string) => (heard += text))
  client.resume()
  stream.send('data: 1\n\n\n')
  for (let pings = 1; pings <= 40; pings++) {
    vi.advanceTimersByTime(PING_MS)
    while (heard.split('event: ping').length <= pings) await once(client, 'data')
  }
  expect(raw.socket?.destroyed).toBe(false)
  const closed = once(raw, 'close')
  stream.end()
  await closed
  expect(vi.getTimerCount()).toBe(0)
})
