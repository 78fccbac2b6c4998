import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { collect } from './testing/collect.ts'
import { question } from './testing/question.ts'
import { startTestServer } from './testing/start-test-server.ts'

const DIRECTIVE = '[[sim tokens=5]]'

const QUESTIONS: [
  what: string,
  env: Record<string, string>,
  limit: number,
  input: (amount: number) => object,
  status: number,
  says: RegExp,
][] = [
  [
    'so many characters',
    { MAX_PROMPT_CHARS: '1000' },
    1000,
    (chars) => question({ content: DIRECTIVE.padEnd(chars, 'x') }),
    413,
    /1001 characters; at most 1000/,
  ],
  [
    'so many tokens asked for',
    { MAX_OUTPUT_TOKENS: '2000' },
    2000,
    (maxTokens) => question({ maxTokens }),
    400,
    /maxTokens is 2001; at most 2000 are allowed/,
  ],
]

test.each(QUESTIONS)(
  'a question with %s is answered at the limit, and refused just beyond it',
  async (_, env, limit, input, status, says) => {
    await using server = await startTestServer(env)
    const client = await server.client()
    const refused = await client.call('chat.send', input(limit + 1))
    expect(refused.status).toBe(status)
    expect(refused.body.error.message).toMatch(says)
    expect(server.simulator.stats().messages).toBe(0)
    const { status: taken, body } = await client.call('chat.send', input(limit))
    expect(taken, JSON.stringify(body)).toBe(200)
    const { terminal } = await collect(await client.events({ runId: body.result.data.runId }))
    expect(terminal?.type).toBe('done')
  },
)

test('a request without maxTokens gets at most the limit', async () => {
  await using server = await startTestServer({ MAX_OUTPUT_TOKENS: '50' })
  const client = await server.client()
  for (const [tokens, stopReason] of [
    [50, 'end_turn'],
    [51, 'max_tokens'],
  ] as const) {
    const runId = await server.start(client, `no number [[sim tokens=${tokens} thinking=0]]`)
    expect((await collect(await client.events({ runId }))).terminal).toMatchObject({
      stopReason,
      usage: { outputTokens: 50 },
    })
  }
})

test('a model id may have at most 128 characters', async () => {
  await using server = await startTestServer({ MODELS: `claude-opus-4-8,${'m'.repeat(128)}` })
  const client = await server.client()
  const statusOf = async (chars: number) =>
    (await client.call('chat.send', question({ model: 'm'.repeat(chars) }))).status
  expect([await statusOf(128), await statusOf(129)]).toEqual([200, 400])
})

test('a page can read the limit of a prompt', async () => {
  await using server = await startTestServer({ MAX_PROMPT_CHARS: '1000' })
  const { body } = await (await server.client()).query('models.list')
  expect(body.result.data).toMatchObject({ maxPromptChars: 1000 })
})

test('a body may have six bytes per character of a conversation and 64 KB, and not one byte more', async () => {
  await using server = await startTestServer({ MAX_PROMPT_CHARS: '1000' })
  const client = await server.client()
  const most = 6 * 1000 + 65_536
  const body = JSON.stringify(question({}))
  expect((await client.post('chat.send', body.padEnd(most))).status).toBe(200)
  const refused = await client.post('chat.send', body.padEnd(most + 1))
  expect([refused.status, refused.body.error.data.code]).toEqual([413, 'PAYLOAD_TOO_LARGE'])
  expect(refused.body.error.message).toContain(`larger than ${most} bytes`)
})

test('a batch may have MAX_BATCH calls, and not one more', async () => {
  await using server = await startTestServer({ MAX_BATCH: '3' })
  const client = await server.client()
  const batch = (calls: number) => client.query(`${Array(calls).fill('models.list').join()}?batch=1`)
  const taken = await batch(3)
  expect([taken.status, taken.body.length]).toEqual([200, 3])
  const refused = await batch(4)
  expect([refused.status, refused.body.error.data.code]).toEqual([400, 'BAD_REQUEST'])
})

test('an address may make its limit of requests a minute with all its sessions together, and not one more', async () => {
  await using server = await startTestServer({ REQUESTS_PER_MINUTE_PER_IP: '3', TRUST_PROXY: '1' })
  const from = async (ip: string, path = '/trpc/models.list') =>
    fetch(server.url + path, { headers: { 'x-forwarded-for': ip } })
  for (const ip of ['10.1.1.1', '::ffff:10.1.1.1', '10.1.1.1']) expect((await from(ip)).status).toBe(200)
  const refused = await from('10.1.1.1')
  expect([refused.status, refused.headers.getSetCookie()]).toEqual([429, []])
  const { error } = (await refused.json()) as { error: { data: { retryAfterMs: number } } }
  expect(error).toMatchObject({
    message: 'Too many requests from this address.',
    code: -32_029,
    data: { code: 'TOO_MANY_REQUESTS', httpStatus: 429 },
  })
  expect(error.data.retryAfterMs).toBeGreaterThan(0)
  expect(error.data.retryAfterMs).toBeLessThanOrEqual(60_000)
  expect(Number(refused.headers.get('retry-after'))).toBe(Math.ceil(error.data.retryAfterMs / 1000))
  const paths = ['/trpc/runs.events', '/trpc/nothing.here', '/%74rpc/models.list', '/healthz', '/readyz', '/']
  const statuses = await Promise.all(paths.map(async (path) => (await from('10.1.1.1', path)).status))
  expect(statuses).toEqual([429, 429, 429, 200, 200, 404])
  // A subscriber has a whole IPv6 /64.
  const visitors = ['2001:db8::1', '2001:db8::2', '2001:db8::3', '2001:db8::4', '2001:db8:0:1::1']
  const answers = []
  for (const ip of visitors) answers.push((await from(ip)).status)
  expect(answers).toEqual([200, 200, 200, 429, 200])
})

test.each([
  ['less than 64 KB', 'Content-Length: 65535', '{}'.padEnd(65_535), '400'],
  ['64 KB', 'Content-Length: 65536', '', '429'],
  ['a length that is not said', 'Transfer-Encoding: chunked', '', '429'],
])('a body of %s counts by its length, before any of it is there', async (_, length, sent, status) => {
  await using server = await startTestServer({ REQUESTS_PER_MINUTE_PER_IP: '1' })
  const head = `POST /trpc/runs.stop HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${length}\r\n`
  const socket = await saying(server.url, `${head}Content-Type: application/json\r\n\r\n${sent}`)
  expect((await text(socket)).slice(9, 12)).toBe(status)
})

/** A connection that has said this much, and says the rest when it is told to. */
async function saying(url: string, said: string): Promise<Socket> {
  const { port, hostname } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.write(said)
  return socket
}

test('headers may have MAX_HEADER_BYTES, and not one byte more', async () => {
  await using server = await startTestServer({ MAX_HEADER_BYTES: '1000' })
  const answerTo = async (bytes: number) => {
    const named = ['/healthz', 'Host', 'x', 'Connection', 'close', 'X-Filler'].join('')
    const filler = 'x'.repeat(bytes - named.length)
    const head = `GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Filler: ${filler}\r\n\r\n`
    return (await text(await saying(server.url, head))).slice(0, 12)
  }
  // Node counts the path, the names and the values, and refuses the limit itself.
  expect(await answerTo(999)).toBe('HTTP/1.1 200')
  expect(await answerTo(1000)).toBe('HTTP/1.1 431')
})

const HEAD = 'POST /trpc/runs.stop HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n'
const JSON_NEXT = `${HEAD}Content-Type: application/json\r\n\r\n`
const SLOW: [what: string, limit: string, others: Record<string, string>, said: string, rest: string][] = [
  ['headers', 'HEADERS_MS', { REQUEST_MS: '600000' }, HEAD, 'Content-Type: application/json\r\n\r\n{}'],
  ['bodies', 'REQUEST_MS', {}, `${JSON_NEXT}{`, '}'],
  ['bodies whose headers came in time', 'REQUEST_MS', { HEADERS_MS: '100' }, JSON_NEXT, '{}'],
]

test.each(SLOW)('slow %s are cut off after %s, and accepted where that is longer', async (...slow) => {
  const [, limit, others, said, rest] = slow
  await using strict = await startTestServer({ ...others, [limit]: '300' })
  await using patient = await startTestServer({ ...others, [limit]: '600000' })
  const late = await saying(patient.url, said)
  // The request that is cut off times the other, which in the end has been slow for two limits.
  for (let cut = 0; cut < 2; cut++)
    expect(await text(await saying(strict.url, said))).toMatch(/^HTTP\/1\.1 408 .*"code":"TIMEOUT"/s)
  late.write(rest)
  // The request was understood: its run id is invalid.
  expect(await text(late)).toMatch(/^HTTP\/1\.1 400 .*runId/s)
})

test('headers may not take longer than the whole request', async () => {
  await using server = await startTestServer({ HEADERS_MS: '600000', REQUEST_MS: '100' })
  expect(await text(await saying(server.url, HEAD))).toMatch(/^HTTP\/1\.1 408 /)
})
