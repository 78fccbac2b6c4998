import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { question } from './testing/question.ts'
import { startTestServer } from './testing/start-test-server.ts'

/** Status and body of a request with exactly these headers. */
async function ask(url: string, headers: string, target = 'GET /trpc/models.list HTTP/1.1') {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  socket.write(`${target}\r\n${headers}${headers && '\r\n'}connection: close\r\n\r\n`)
  const said = await text(socket)
  return { status: Number(said.slice(9, 12)), body: said.slice(said.indexOf('\r\n\r\n') + 4), said }
}

const OURS = ['localhost', 'LocalHost:5173', 'localhost.:80', 'app.localhost', '127.0.0.1:3000', '[::1]:3000']
const FOREIGN = [
  'evil.example:3000',
  'localhost.evil.example',
  'evillocalhost',
  '127.0.0.1.evil.example',
  '192.168.1.5:3000',
  '[::2]',
]

test('in development the server answers to loopback names, with any port, and to no others', async () => {
  await using server = await startTestServer({}, { production: false })
  for (const host of OURS) expect((await ask(server.url, `host: ${host}`)).status, host).toBe(200)
  for (const host of FOREIGN) expect((await ask(server.url, `host: ${host}`)).status, host).toBe(421)
})

test('the refusal has tRPC’s shape, says what to set, creates no session, and starts nothing', async () => {
  await using server = await startTestServer({}, { production: false })
  const body = JSON.stringify(question({ content: 'rebound' }))
  const head = `host: evil.example\r\norigin: http://evil.example\r\nsec-fetch-site: same-origin\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`
  const { hostname, port } = new URL(server.url)
  const socket = connect({ host: hostname, port: Number(port) })
  socket.write(`POST /trpc/chat.send HTTP/1.1\r\n${head}\r\nconnection: close\r\n\r\n${body}`)
  const said = await text(socket)
  expect(said).toMatch(/^HTTP\/1\.1 421 /)
  expect(said).not.toMatch(/set-cookie/i)
  expect(JSON.parse(said.slice(said.indexOf('\r\n\r\n') + 4))).toEqual({
    error: {
      message:
        'This server does not answer to the host name "evil.example". If it should, add the name to the comma-separated list in ALLOWED_HOSTS and restart the server.',
      code: -32_600,
      data: { code: 'BAD_REQUEST', httpStatus: 421 },
    },
  })
  expect(server.simulator.stats().messages).toBe(0)
})

test('a list replaces the loopback names, and a star matches every subdomain', async () => {
  await using server = await startTestServer(
    { ALLOWED_HOSTS: 'Chat.example, *.lan.example' },
    { production: false },
  )
  const statusOf = async (host: string) => (await ask(server.url, `host: ${host}`)).status
  for (const host of ['chat.example', 'a.lan.example:8080', 'a.b.lan.example'])
    expect(await statusOf(host), host).toBe(200)
  for (const host of ['localhost', 'lan.example', 'x.chat.example'])
    expect(await statusOf(host), host).toBe(421)
})

test('production answers to any name, or to those of its list', async () => {
  await using any = await startTestServer()
  await using one = await startTestServer({ ALLOWED_HOSTS: 'chat.example' })
  expect((await ask(any.url, 'host: evil.example')).status).toBe(200)
  expect((await ask(one.url, 'host: chat.example')).status).toBe(200)
  expect((await ask(one.url, 'host: evil.example')).status).toBe(421)
  // HTTP/1.0 requests may have no Host header.
  expect((await ask(one.url, '', 'GET /trpc/models.list HTTP/1.0')).status).toBe(421)
})

test('the health routes answer to any name', async () => {
  await using server = await startTestServer({ ALLOWED_HOSTS: 'chat.example' })
  for (const path of ['/healthz', '/readyz', '/healthz?x']) {
    expect((await ask(server.url, 'host: 10.0.0.9:3000', `GET ${path} HTTP/1.1`)).status).toBe(200)
    expect((await ask(server.url, 'host: 10.0.0.9:3000', `HEAD ${path} HTTP/1.1`)).status).toBe(200)
  }
  expect((await ask(server.url, 'host: 10.0.0.9:3000', 'GET /nowhere HTTP/1.1')).status).toBe(421)
})

test('the name is taken from Host, and from X-Forwarded-Host only behind a trusted proxy', async () => {
  await using direct = await startTestServer({ ALLOWED_HOSTS: 'chat.example' })
  await using behind = await startTestServer({ ALLOWED_HOSTS: 'chat.example', TRUST_PROXY: '1' })
  const forged = 'host: evil.example\r\nx-forwarded-host: chat.example'
  expect((await ask(direct.url, forged)).status).toBe(421)
  expect((await ask(behind.url, forged)).status).toBe(200)
  expect((await ask(behind.url, 'host: chat.example\r\nx-forwarded-host: evil.example')).status).toBe(421)
  expect((await ask(behind.url, 'host: chat.example')).status).toBe(200)
})
