import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { collect } from './testing/collect.ts'
import { question } from './testing/question.ts'
import { startTestServer } from './testing/start-test-server.ts'
import { WireClient } from './testing/wire-client.ts'

const hang = () => question({ content: '[[sim fault=hang]]' })

const REFUSED: [what: string, input: unknown, status: number, says: RegExp][] = [
  ['no input', {}, 400, /runId/],
  ['a runId that is no UUID', question({ runId: 'one' }), 400, /UUID.*runId/is],
  ['an unknown field', question({ temperature: 1 }), 400, /temperature/],
  ['no content', question({ content: [] }), 400, /content/],
  ['an empty prompt', question({ content: ' \n' }), 400, /expected some text/],
  ['messages of its own', question({ messages: [{ role: 'assistant', content: 'x' }] }), 400, /messages/],
  ['a conversation id that is no UUID', question({ conversationId: "'--" }), 400, /UUID.*conversationId/is],
  ['no parent, not even null', question({ parentId: undefined }), 400, /parentId/],
  ['an unknown wish for when it is alone', question({ onDisconnect: 'stay' }), 400, /abort.*continue/s],
  ['a model id with odd characters', question({ model: 'claude\r\nx-api-key: 1' }), 400, /model id such as/],
  [
    'a model that is not in the list',
    question({ model: 'claude-of-tomorrow' }),
    400,
    /claude-of-tomorrow is not allowed.*one of claude-opus-4-8, .*claude-haiku-5-5/,
  ],
  [
    'a file that is not an id',
    question({ content: [{ type: 'image', attachmentId: '../1', name: 'dot.png', size: 1 }] }),
    400,
    /UUID.*content\[0\]\.attachmentId/s,
  ],
  ...(
    [
      ['of an unknown type', { type: 'video' }, /text, image or document.*content\[1\]\.type/s],
      ['that is not an object', 'text', /text, image or document.*content\[1\]/s],
      ['without text', { type: 'text', text: ' ' }, /some text.*content\[1\]\.text/s],
      ['with an unknown field', { type: 'text', text: 'x', citations: [] }, /citations.*content\[1\]/s],
    ] as const
  ).map(([what, block, says]): (typeof REFUSED)[number] => [
    `a content block ${what}`,
    question({ content: [{ type: 'text', text: 'x' }, block] }),
    400,
    says,
  ]),
  [
    'a content that is neither text nor a list',
    question({ content: 5 }),
    400,
    /expected text or a list of blocks.*content/s,
  ],
  ['more tokens than any model writes', question({ maxTokens: 128_001 }), 400, /128000/],
  ['no tokens', question({ maxTokens: 0 }), 400, /maxTokens/],
  ['an unknown effort', question({ effort: 'extreme' }), 400, /xhigh/],
  ['a prompt over the limit', question({ content: 'x'.repeat(1001) }), 413, /1001 characters; at most 1000/],
  ['a body over the limit', question({ content: 'x'.repeat(100_000) }), 413, /larger than 71536 bytes/],
]

test.each(REFUSED)(
  '%s is refused with what was expected, and nothing is asked upstream',
  async (_, input, status, says) => {
    await using server = await startTestServer({ MAX_PROMPT_CHARS: '1000' })
    const client = await server.client()
    const answer = await client.call('chat.send', input)
    expect(answer.status).toBe(status)
    expect(answer.body.error.message).toMatch(says)
    expect(answer.body.error.data.code).toBe(status === 413 ? 'PAYLOAD_TOO_LARGE' : 'BAD_REQUEST')
    expect(JSON.stringify(answer.body)).not.toMatch(/stack|node_modules|\.ts:/)
    expect(server.simulator.stats().messages).toBe(0)
  },
)

test('a prompt of exactly the limit is answered', async () => {
  await using server = await startTestServer({ MAX_PROMPT_CHARS: '1000' })
  const client = await server.client()
  const runId = await server.start(client, '[[sim tokens=5]]'.padEnd(1000, 'x'))
  expect((await collect(await client.events({ runId }))).terminal?.type).toBe('done')
})

test('malformed JSON is refused, and the next call works', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const { status, body } = await client.post('chat.send', '{"runId":')
  expect([status, body.error.data.code]).toEqual([400, 'BAD_REQUEST'])
  expect(body.error.message).toMatch(/JSON/)
  expect((await client.call('chat.send', question({}))).status).toBe(200)
})

test('an unknown procedure, or the wrong method, is refused by name', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  expect((await client.call('chat.begin', {})).body.error.data.code).toBe('NOT_FOUND')
  expect((await client.query('chat.send', question({}))).body.error.data.code).toBe('METHOD_NOT_SUPPORTED')
})

test('an ack of an invalid position is refused; any ack for a reader that is gone is ignored', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const runId = await server.start(client, 'acks [[sim tokens=20]]')
  const { position } = await collect(await client.events({ runId }))
  const ack = (at: unknown) => client.call('runs.ack', { runId, readerId: randomUUID(), position: at })
  for (const at of [position, position + 1, Number.MAX_SAFE_INTEGER]) expect((await ack(at)).status).toBe(200)
  for (const odd of [-1, 1.5, '1', null, 2 ** 60]) expect((await ack(odd)).status).toBe(400)
})

test('a subscription from beyond the end, or from an invalid position, is refused inside the stream', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const runId = await server.start(client, 'position [[sim tokens=20]]')
  const { position } = await collect(await client.events({ runId }))
  for (const lastEventId of [String(position + 1), '-1', '1e3', 'abc', '0x10', '007', '99999999999999999']) {
    const { refusals, events } = await collect(await client.events({ runId, lastEventId }))
    expect(
      refusals.map(({ code }) => code),
      lastEventId,
    ).toEqual(['BAD_REQUEST'])
    expect(events).toEqual([])
  }
  // A subscription from the end of the run returns at once.
  const { events, refusals } = await collect(await client.events({ runId, lastEventId: String(position) }))
  expect([events, refusals]).toEqual([[], []])
})

test.each(['', 'nonsense', 'a.b', '%00%ff', 'canal'])(
  'a cookie of %j starts a new session, without an error',
  async (value) => {
    await using server = await startTestServer()
    const client = new WireClient(server.url, { cookie: `sluice_session=${value}` })
    expect((await client.query('models.list')).status).toBe(200)
    expect(client.cookie).toMatch(/^sluice_session=guest-[0-9a-f-]{36}\./)
  },
)

test('a session with a tampered signature cannot see its former runs', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const runId = await server.start(client, 'mine [[sim tokens=5]]')
  const forged = new WireClient(server.url, { cookie: `${client.cookie?.slice(0, -4)}AAAA` })
  const { refusals } = await collect(await forged.events({ runId }))
  expect(refusals.map(({ code }) => code)).toEqual(['NOT_FOUND'])
})

test('an owner may have a limited number of runs at a time; a retry of one of them is never refused', async () => {
  await using server = await startTestServer({ MAX_RUNS_PER_OWNER: '2', MAX_RUNS: '3' })
  const [one, two] = [await server.client(), await server.client()]
  const first = hang()
  await one.call('chat.send', first)
  await one.call('chat.send', hang())
  const refused = await one.call('chat.send', hang())
  expect([refused.status, refused.body.error.data.code]).toEqual([429, 'TOO_MANY_REQUESTS'])
  expect(refused.body.error.message).toMatch(/At most 2/)
  expect((await one.call('chat.send', first)).status).toBe(200)
  // The limit of the whole server is not reached.
  expect((await two.call('chat.send', hang())).status).toBe(200)
  expect((await two.call('chat.send', hang())).status).toBe(429)
  await one.call('runs.stop', { runId: first.runId })
  await collect(await one.events({ runId: first.runId }))
  expect((await one.call('chat.send', hang())).status).toBe(200)
})

test.each([
  ['TRACE /trpc/models.list HTTP/1.1\r\nHost: x', 405, 'METHOD_NOT_SUPPORTED'],
  ['PROPFIND /trpc/models.list HTTP/1.1\r\nHost: x', 405, 'METHOD_NOT_SUPPORTED'],
  ['GET /trpc/models.list HTTP/1.1\r\nHost: a b', 400, 'BAD_REQUEST'],
  ['GET /trpc/%zz HTTP/1.1\r\nHost: x', 400, 'BAD_REQUEST'],
  ['GET /trpc/models.list HTTP/1.1\r\nHost: x\r\nbroken\r\nheader', 400, 'BAD_REQUEST'],
  [`GET /trpc/models.list HTTP/1.1\r\nHost: x\r\nx: ${'x'.repeat(20_000)}`, 431, 'BAD_REQUEST'],
])(
  'malformed HTTP gets the same error shape as other requests, and is not logged as a fault: %j',
  async (head, status, code) => {
    await using server = await startTestServer()
    const { hostname, port } = new URL(server.url)
    const socket = connect({ host: hostname, port: Number(port) })
    socket.end(`${head}\r\nConnection: close\r\n\r\n`)
    const said = await text(socket)
    expect(said.slice(0, 12)).toBe(`HTTP/1.1 ${status}`)
    expect(said).toContain(`"data":{"code":"${code}","httpStatus":${status}}`)
    expect(server.logs.filter(({ level }) => Number(level) >= 50)).toEqual([])
  },
)

test('a subscription in a batch is refused by name, and opens no stream', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const runId = await server.start(client, 'batch [[sim tokens=5]]')
  for (const path of ['runs.events', 'runs.events,runs.events']) {
    const { status, body } = await client.query(`${path}?batch=1&input=${JSON.stringify({ 0: { runId } })}`)
    expect(status).toBe(400)
    const [{ error }] = [body].flat()
    expect(error.data.code).toBe('BAD_REQUEST')
    expect(error.message).toMatch(/subscription/)
  }
  expect(server.runs.readers).toBe(0)
})

test('HEAD of an event stream is answered at once, and keeps no run going', async () => {
  await using server = await startTestServer({ GRACE_MS: '300' })
  const client = await server.client()
  const runId = await server.start(client, 'head [[sim tps=50 tokens=9000]]')
  const input = encodeURIComponent(JSON.stringify({ runId }))
  const { status } = await fetch(`${server.url}/trpc/runs.events?input=${input}`, {
    method: 'HEAD',
    headers: { cookie: client.cookie ?? '' },
  })
  expect(status).toBe(204)
  expect(server.runs.readers).toBe(0)
  expect((await server.upstreamEnd()).outcome).toBe('aborted')
})
