import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { noNginx } from './nginx-binary.ts'
import { composeConfig, shippedUpstreams } from './shipped-config.ts'
import { type Nginx, startNginx } from './start-nginx.ts'
import { httpUrl } from './urls.ts'

let servers: Server[]
let nginx: Nginx

const nginxTest = noNginx === undefined ? test : test.skip
if (noNginx !== undefined) process.stderr.write(`nginx tests skipped: ${noNginx}\n`)

/** A server in the last moments of its life, and of an older release. */
const leaving: RequestListener = ({ url }, response) =>
  response.writeHead(url?.startsWith('/assets/') ? 404 : 503).end()
const healthy: RequestListener = (request, response) => request.resume().on('end', () => response.end())

/** The statuses of enough requests that each server has its turn. */
async function statuses(method: string, path: string): Promise<number[]> {
  const seen: number[] = []
  for (let i = 0; i < 4; i++) {
    const response = await fetch(`${httpUrl(nginx)}${path}`, {
      method,
      ...(method === 'POST' && { body: '{}' }),
    })
    await response.arrayBuffer()
    seen.push(response.status)
  }
  return seen
}

beforeEach(async () => {
  if (noNginx !== undefined) return
  servers = [createServer(leaving), createServer(healthy)]
  const urls = servers.map(async (server) => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  const [one = '', two = ''] = await Promise.all(urls)
  nginx = await startNginx(composeConfig([one, two]))
})
afterEach(async () => {
  await nginx?.[Symbol.asyncDispose]()
  for (const server of servers ?? []) server.close().closeAllConnections()
})

nginxTest.each([
  ['GET', '/'],
  ['GET', '/trpc/runs.events?input={}'],
  ['GET', '/assets/late-1a2b3c.js'],
  ['POST', '/trpc/chat.send'],
  ['POST', '/trpc/chat.regenerate'],
  ['POST', '/trpc/tools.decide'],
])('what a server that restarts refuses, the other one gets: %s %s', async (method, path) => {
  expect(await statuses(method, path)).toEqual([200, 200, 200, 200])
})

nginxTest('a call that may not be repeated is not', async () => {
  const seen = await statuses('POST', '/trpc/other')
  expect(seen.filter((status) => status === 503)).toHaveLength(2)
})

nginxTest('a server that is stopped is never noticed, also by calls that may not be repeated', async () => {
  const closed = once(servers[0]?.close() as Server, 'close')
  servers[0]?.closeAllConnections()
  await closed
  expect(await statuses('POST', '/trpc/other')).toEqual([200, 200, 200, 200])
})

test('both files balance in the same way', () => {
  const [shipped, compose] = shippedUpstreams()
  expect(shipped).toEqual(compose)
  expect(shipped?.slice(0, 2)).toEqual(['server max_fails=0;', 'server max_fails=0;'])
})
