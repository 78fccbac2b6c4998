import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { selfSigned } from './testing/self-signed.ts'
import { createUpstreamFetch } from './upstream-fetch.ts'

/** What libuv reads of a socket at a time. */
const ONE_READ = 65_536

type Protocol = 'http' | 'https'

/** It makes the certificate. Never missing in CI: there the test fails. */
const noOpenssl = spawnSync('openssl', ['version']).error !== undefined && !process.env['CI']

async function serverOf(protocol: Protocol, listener: RequestListener) {
  if (protocol === 'http') return createServer(listener)
  const folder = await mkdtemp(join(tmpdir(), 'sluice-tls-'))
  try {
    const { certificate, key } = await selfSigned(folder)
    return createTlsServer({ cert: await readFile(certificate), key: await readFile(key) }, listener)
  } finally {
    await rm(folder, { recursive: true })
  }
}

afterEach(() => vi.unstubAllEnvs())

async function serving(listener: RequestListener, protocol: Protocol = 'http') {
  const server = await serverOf(protocol, listener)
  // The certificate is self-signed.
  if (protocol === 'https') vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const call = new AbortController()
  const { fetch, bodyOf } = createUpstreamFetch()
  const url = `${protocol}://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    async ask() {
      const body = bodyOf(await fetch(url, { signal: call.signal }))
      if (body === undefined) throw new Error('no body')
      body.on('error', () => {})
      return body
    },
    async [Symbol.asyncDispose]() {
      call.abort()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function bytesRead(body: Readable): number {
  return body instanceof IncomingMessage ? body.socket.bytesRead : Number.NaN
}

/** Resolves once the kernel has it. */
const write = (response: ServerResponse, text: string) =>
  new Promise<void>((resolve) => response.write(text, () => resolve()))

test('a body that is not pulled stays in the kernel after two reads', async () => {
  await using upstream = await serving((_request, response) => response.end(Buffer.alloc(2_000_000)))
  const body = await upstream.ask()
  await once(body, 'readable')
  // Enough turns of the event loop to have read all of it.
  for (let turn = 0; turn < 100; turn++) await nextTurn()
  expect(bytesRead(body)).toBeGreaterThan(0)
  expect(bytesRead(body)).toBeLessThanOrEqual(2 * ONE_READ)
})

test.for(['http', 'https'] as const)(
  'a pull returns everything since the last one, and nothing is read in between (%s)',
  async (protocol, { skip }) => {
    skip(protocol === 'https' && noOpenssl, 'no openssl found')
    let response: ServerResponse | undefined
    await using upstream = await serving((_request, opened) => {
      response = opened
      opened.write('with the headers;')
    }, protocol)
    const send = async (text: string) => {
      if (response) await write(response, text)
    }
    const body = await upstream.ask()
    const pulls = body.setEncoding('utf8')[Symbol.asyncIterator]()
    const pull = async () => String((await pulls.next()).value)
    expect(await pull()).toBe('with the headers;')
    // The one read that the socket does by itself.
    await send('ahead;')
    expect(await pull()).toBe('ahead;')
    for (const round of ['a', 'b', 'c']) {
      const before = bytesRead(body)
      for (const piece of [1, 2, 3]) {
        await send(`${round}${piece};`)
        // Enough turns of the event loop to be woken by it.
        for (let turn = 0; turn < 10; turn++) await nextTurn()
      }
      expect(bytesRead(body)).toBe(before)
      expect(await pull()).toBe(`${round}1;${round}2;${round}3;`)
    }
  },
)

test('a reused connection is read on demand too', async () => {
  let connections = 0
  const seen = new Set<unknown>()
  await using upstream = await serving((request, response) => {
    if (!seen.has(request.socket)) connections += 1
    seen.add(request.socket)
    response.end('answer over')
  })
  for (let call = 0; call < 5; call++) {
    const body = await upstream.ask()
    const { socket } = body as IncomingMessage
    expect(await body.setEncoding('utf8').toArray()).toEqual(['answer over'])
    await nextTurn()
    expect(socket.listenerCount('readable')).toBe(0)
  }
  expect(connections).toBe(1)
})

test('a pull whose read brings no text goes on to the next one', async () => {
  let response: ServerResponse | undefined
  await using upstream = await serving((_request, opened) => {
    response = opened
    opened.writeHead(200, { 'transfer-encoding': 'chunked' }).flushHeaders()
  })
  const body = await upstream.ask()
  const pulls = body.setEncoding('utf8')[Symbol.asyncIterator]()
  for (const round of ['a', 'b']) {
    const next = pulls.next()
    for (const piece of ['1\r\n', round, '\r\n']) {
      response?.socket?.write(piece)
      for (let turn = 0; turn < 20; turn++) await nextTurn()
    }
    expect((await next).value).toBe(round)
  }
})
