import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createUpstreamFetch } from './upstream-fetch.ts'

/** What libuv reads of a socket at a time. */
const ONE_READ = 65_536

test('a body that nobody takes is read once, and then left to the kernel', async () => {
  const server = createServer((_request, response) => response.end(Buffer.alloc(2_000_000)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const call = new AbortController()
  try {
    const { fetch, bodyOf } = createUpstreamFetch()
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const body = bodyOf(await fetch(url, { signal: call.signal }))
    await once(body ?? server, 'readable')
    // Turns enough to have read all of it.
    for (let turn = 0; turn < 100; turn++) await nextTurn()
    expect(body?.readableLength).toBeGreaterThan(0)
    expect(body?.readableLength).toBeLessThanOrEqual(ONE_READ)
    body?.on('error', () => {})
  } finally {
    call.abort()
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
})
