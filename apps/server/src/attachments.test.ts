import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import { connect } from 'node:net'
import type { Database } from '@sluice/db'
import { TRPCError } from '@trpc/server'
import { afterAll, expect, test } from 'vitest'
import type { OwnerOf } from './owner.ts'
import { collect, type Collected } from './testing/collect.ts'
import { type Question, question } from './testing/question.ts'
import { startTestServer, type TestServer } from './testing/start-test-server.ts'
import { testDatabase } from './testing/test-database.ts'
import { WireClient } from './testing/wire-client.ts'
import { toolsOf } from './tools-of.ts'
import { procedure, router } from './trpc.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** A file of so many bytes that begins as one of this type does. */
function file(signature: string, size: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.from(randomBytes(size))
  bytes.write(signature, 'latin1')
  return bytes
}
const PNG = '\x89PNG\r\n\x1a\n'
/** Of a pixel, which the simulator counts by its size. */
const png = (size = 400) => {
  const bytes = file(PNG, size)
  Buffer.from('0000000d4948445200000001000000010806000000', 'hex').copy(bytes, 8)
  return bytes
}
const pdf = (size = 400) => file('%PDF-1.4\n', size)

const FAST = '[[sim tokens=5 thinking=5]]'
const withFiles = (blocks: object[], change: Partial<Question> = {}) =>
  question({ content: [...blocks, { type: 'text', text: `What is it? ${FAST}` }], ...change })

/** Asks, and waits for the end of the answer. */
async function ask(client: WireClient, input: Question): Promise<Collected> {
  const { status, body } = await client.call('chat.send', input)
  expect(status, JSON.stringify(body)).toBe(200)
  return collect(await client.events({ runId: input.runId }))
}

async function get(client: WireClient, conversationId: string): Promise<any> {
  const { body } = await client.query('conversations.get', { conversationId })
  return body.result.data
}

let opened: Promise<Database> | undefined
afterAll(async () => (await opened)?.close())

async function query(statement: string): Promise<any[]> {
  const { open, url } = await testDatabase()
  const { rows }: any = await (await (opened ??= open(url))).db.execute(statement)
  return rows
}

/** How many files the database has of this client's. */
async function storedOf(client: WireClient): Promise<number> {
  const owner = decodeURIComponent(client.cookie?.split('=')[1] ?? '').split('.')[0]
  const [row] = await query(`select count(*)::int as files from attachment where owner = '${owner}'`)
  return row.files
}

test('the files of a guest who signs in during an answer reach Claude in its next step too', async () => {
  let begun = () => {}
  let end = () => {}
  const isBegun = new Promise<void>((resolve) => (begun = resolve))
  const hasEnded = new Promise<void>((resolve) => (end = resolve))
  const slow = procedure.meta({ tool: { description: 'For tests.' } }).query(() => {
    begun()
    return hasEnded
  })
  const byName: OwnerOf = ({ headers }) => String(headers['x-user'])
  await using server = await startTestServer(
    {},
    { ownerOf: byName, tools: (options) => toolsOf(router({ slow }), ['slow'], options) },
  )
  const [from, to] = [`guest-${randomUUID()}`, randomUUID()] as const
  const guest = new WireClient(server.url, { headers: { 'x-user': from } })
  const uploaded = await guest.upload(png())
  const text = { type: 'text', text: 'What is it? [[sim tool=slow tokens=5]]' }
  const asked = question({ content: [uploaded.body, text] })
  expect((await guest.call('chat.send', asked)).status).toBe(200)
  const reading = collect(await guest.events({ runId: asked.runId }))
  await isBegun
  await server.adopt(from, to)
  end()
  expect((await reading).terminal).toMatchObject({ type: 'done', stopReason: 'end_turn' })
  expect(server.simulator.stats().messages).toBe(2)
})

test('files that were uploaded once reach Claude byte for byte with every question that refers to them', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const [image, plan] = [png(70_001), pdf(300_003)]
  const first = await client.upload(image, { name: 'dot.png' })
  expect(first.status).toBe(201)
  expect(first.body).toEqual({
    attachmentId: expect.any(String),
    type: 'image',
    name: 'dot.png',
    size: image.length,
  })
  const second = await client.upload(plan, { name: 'plan.pdf' })
  expect(second.body).toMatchObject({ type: 'document', name: 'plan.pdf', size: plan.length })
  // The response is a block of a question, as it is.
  const asked = withFiles([first.body, second.body])
  // The second time is a retry.
  for (const _ of [1, 2]) expect((await client.call('chat.send', asked)).status).toBe(200)
  await collect(await client.events({ runId: asked.runId }))
  const { conversationId, runId: parentId } = asked
  const { terminal } = await ask(client, question({ conversationId, parentId, content: `More? ${FAST}` }))
  expect(terminal).toMatchObject({ type: 'done' })
  // The same prefix: what was written to the cache is read from it.
  expect(terminal?.usage?.cacheReadTokens).toBeGreaterThan(2000)
  const { messages } = await get(client, conversationId)
  expect(messages[0].content).toEqual(asked.content)
  const again = { runId: randomUUID(), messageId: messages[0].messageId }
  expect((await client.call('chat.regenerate', again)).status).toBe(200)
  await collect(await client.events({ runId: again.runId }))
  const sent = [
    { type: 'image', mediaType: 'image/png', bytes: image.length, sha256: sha256(image) },
    { type: 'document', mediaType: 'application/pdf', bytes: plan.length, sha256: sha256(plan) },
  ]
  expect(server.simulator.stats().requests.map(({ files }) => files)).toEqual([sent, sent, sent])
  expect(await storedOf(client)).toBe(2)
})

test('a conversation that begins with files alone is called as the first of them', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const files = [await client.upload(pdf(), { name: 'plan.pdf' }), await client.upload(png())]
  const asked = question({
    // Names and sizes are the server's.
    content: files.map(({ body }) => ({ ...body, name: 'x', size: 1 })),
  })
  await ask(client, asked)
  const { title, messages } = await get(client, asked.conversationId)
  expect(title).toBe('plan.pdf')
  expect(messages[0].content).toEqual(files.map(({ body }) => body))
})

test('a conversation whose files are more than a request takes loses its older half', async () => {
  await using server = await startTestServer({ MAX_FILES_BYTES: '2500' })
  const client = await server.client()
  const { body } = await client.upload(png(1000))
  const conversationId = randomUUID()
  let parentId: string | null = null
  for (let turn = 0; turn < 4; turn++) {
    const asked = withFiles([body], { conversationId, parentId })
    expect((await ask(client, asked)).terminal?.type).toBe('done')
    parentId = asked.runId
  }
  expect(server.simulator.stats().requests.map(({ files }) => files?.length)).toEqual([1, 2, 2, 2])
  const { messages } = await get(client, conversationId)
  expect(messages.flatMap(({ runs = [] }: any) => runs.map((run: any) => run.leftOut))).toEqual([0, 0, 2, 4])
})

test('without the database when the call is made, the answer ends with an error, and Claude is not called', async () => {
  const shared = await testDatabase()
  let fail = false
  const openDatabase: typeof shared.open = async (url, options) => {
    const database = await shared.open(url, options)
    const select = database.db.select.bind(database.db)
    const failing = (...args: Parameters<typeof select>) => {
      if (fail && args[0] !== undefined && 'bytes' in args[0]) throw new Error('connection lost')
      return select(...args)
    }
    return Object.assign(database, { db: Object.assign(database.db, { select: failing }) })
  }
  await using server = await startTestServer({}, { openDatabase })
  await server.ready()
  const client = await server.client()
  const { body } = await client.upload(png())
  fail = true
  const failed = withFiles([body])
  expect((await ask(client, failed)).terminal).toMatchObject({
    type: 'error',
    code: 'unavailable',
    retryable: true,
  })
  expect(server.simulator.stats().messages).toBe(0)
  fail = false
  const { conversationId, runId: parentId } = failed
  await ask(client, question({ conversationId, parentId, content: FAST }))
  expect(server.simulator.stats().messages).toBe(1)
})

test('a file is shown to its owner, in a sandbox, and not found for anybody else', async () => {
  await using server = await startTestServer()
  const [client, other] = [await server.client(), await server.client()]
  const image = png()
  const { body } = await client.upload(image, { name: `naïve "dot"; x=1.png` })
  const path = `/attachments/${body.attachmentId}`
  const shown = await client.get(path)
  expect(shown.status).toBe(200)
  expect(sha256(new Uint8Array(await shown.arrayBuffer()))).toBe(sha256(image))
  expect(Object.fromEntries(shown.headers)).toMatchObject({
    'content-type': 'image/png',
    'content-length': String(image.length),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'content-disposition': `inline; filename*=UTF-8''na%C3%AFve%20%22dot%22%3B%20x%3D1.png`,
    'cross-origin-resource-policy': 'same-origin',
    // With another login in the same browser, it must not come from the cache.
    'cache-control': 'private, no-cache',
  })
  const etag = shown.headers.get('etag') ?? ''
  expect((await client.get(path, { 'if-none-match': etag })).status).toBe(304)
  const plan = (await client.upload(pdf(), { name: 'plan.pdf' })).body.attachmentId
  const asPdf = await client.get(`/attachments/${plan}`)
  expect(asPdf.headers.get('content-disposition')).toBe(`attachment; filename*=UTF-8''plan.pdf`)

  const answers = []
  for (const [who, where] of [
    [other, path],
    [new WireClient(server.url), path],
    [other, `/attachments/${randomUUID()}`],
    [other, `/attachments/${encodeURIComponent(`' or '1'='1`)}`],
    [other, '/attachments/%00'],
  ] as const) {
    const response = await who.get(where, { 'if-none-match': etag })
    expect(response.headers.getSetCookie()).toEqual([])
    answers.push([response.status, await response.json()])
  }
  const notFound = expect.objectContaining({ message: 'There is no such file.' })
  expect(answers).toEqual(answers.map(() => [404, { error: notFound }]))
})

test('a file is read from the database in parts, as the client takes them', async () => {
  const { open } = await testDatabase()
  const queries: string[] = []
  await using server = await startTestServer(
    {},
    { openDatabase: (url, options) => open(url, { ...options, onQuery: (text) => queries.push(text) }) },
  )
  await server.ready()
  const client = await server.client()
  const bytes = pdf(2_500_000)
  const { body } = await client.upload(bytes)
  queries.length = 0
  const shown = await client.get(`/attachments/${body.attachmentId}`)
  expect(sha256(new Uint8Array(await shown.arrayBuffer()))).toBe(sha256(bytes))
  expect(shown.headers.get('content-length')).toBe('2500000')
  expect(queries.filter((text) => text.includes('substring('))).toHaveLength(3)
  expect(queries.filter((text) => /select [^(]*"bytes"/.test(text))).toEqual([])
})

test('a start that refers to a file it may not see, or gives it another type, is refused, and Claude is not called', async () => {
  await using server = await startTestServer({ MAX_FILES_BYTES: '1000' })
  const [client, other] = [await server.client(), await server.client()]
  const image = (await client.upload(png(400))).body
  const { attachmentId } = image
  const refusal = async (who: WireClient, ...blocks: object[]) => {
    const { status, body } = await who.call('chat.send', withFiles(blocks))
    return [status, body.error?.message]
  }
  const unknown = randomUUID()
  expect(await refusal(other, image)).toEqual([
    404,
    expect.stringContaining(`There is no file ${attachmentId} (dot.png).`),
  ])
  expect(await refusal(client, image, { ...image, attachmentId: unknown })).toEqual([
    404,
    expect.stringContaining(`There is no file ${unknown} (dot.png).`),
  ])
  expect(await refusal(client, { ...image, type: 'document' })).toEqual([
    400,
    `The file ${attachmentId} is image/png; expected a block of type image, not document.`,
  ])
  // Sent three times, it counts three times.
  expect(await refusal(client, image, image, image)).toEqual([
    413,
    'The question has 1200 bytes of files; at most 1000 are allowed.',
  ])
  expect(await refusal(client, ...Array.from({ length: 101 }, () => image))).toEqual([
    413,
    'The question has 101 files; at most 100 are allowed.',
  ])
  const data = png().toString('base64')
  expect((await refusal(client, { ...image, name: 'x'.repeat(201) }))[0]).toBe(400)
  const inline = { type: 'image', source: { type: 'base64', media_type: 'image/png', data } }
  expect((await refusal(client, inline))[0]).toBe(400)
  expect(server.simulator.stats().messages).toBe(0)
  const { body } = await client.query('conversations.list')
  expect(body.result.data.conversations).toEqual([])
})

test.each([
  ['a JPEG', '\xff\xd8\xff\xe0', 201, 'image'],
  ['a PNG', PNG, 201, 'image'],
  ['an older GIF', 'GIF87a', 201, 'image'],
  ['a GIF', 'GIF89a', 201, 'image'],
  ['a WebP', 'RIFF\x10\x00\x00\x00WEBPVP8 ', 201, 'image'],
  ['a PDF', '%PDF-1.7', 201, 'document'],
  ['a sound, which is RIFF too,', 'RIFF\x10\x00\x00\x00WAVEfmt ', 415, undefined],
  ['HTML', '<!doctype html><script>alert(1)</script>', 415, undefined],
  ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg">', 415, undefined],
  ['a program', 'MZ\x90\x00', 415, undefined],
])('%s is what its first bytes say, whatever the client calls it', async (_, signature, status, type) => {
  await using server = await startTestServer()
  const client = await server.client()
  for (const contentType of ['image/png', 'text/html', 'application/json']) {
    const answer = await client.upload(file(signature, 100), {
      name: 'dot.png',
      headers: { 'content-type': contentType },
    })
    expect([answer.status, answer.body.type]).toEqual([status, type])
    if (status === 415) expect(answer.body.error.data.code).toBe('UNSUPPORTED_MEDIA_TYPE')
  }
})

test('an empty file, one byte, and a body without a type are refused with a reason', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const empty = await client.upload('')
  expect([empty.status, empty.body.error.message]).toEqual([400, 'The file is empty.'])
  expect((await client.upload('x')).status).toBe(415)
  expect(
    (await client.upload('{"type":"image"}', { headers: { 'content-type': 'application/json' } })).status,
  ).toBe(415)
  const twice = await fetch(`${server.url}/attachments?name=a&name=b`, { method: 'POST', body: png() })
  expect([twice.status, await twice.json()]).toMatchObject([
    400,
    { error: { message: 'Expected one name.' } },
  ])
})

test.each([
  ['../../etc/passwd.png', 'passwd.png'],
  ['C:\\Users\\ada\\dot.png', 'dot.png'],
  [`'; drop table attachment; -- .png`, `'; drop table attachment; -- .png`],
  ['a\u0000b\nc.png', 'a\uFFFDb\uFFFDc.png'],
  ['', 'file'],
  ['/', 'file'],
  ['é👩‍🚀.png', 'é👩‍🚀.png'],
  ['x'.repeat(10_000), 'x'.repeat(200)],
  // Half of the last character is cut off.
  [`${'x'.repeat(199)}🚀`, `${'x'.repeat(199)}\uFFFD`],
])('the name %j is kept as %j', async (name, kept) => {
  await using server = await startTestServer()
  const client = await server.client()
  const { status, body } = await client.upload(png(), { name })
  expect([status, body.name]).toEqual([201, kept])
  const shown = await client.get(`/attachments/${body.attachmentId}`)
  expect(shown.headers.get('content-disposition')).toMatch(/^inline; filename\*=UTF-8''[\w%.~-]+$/)
})

test('bytes that are no UTF-8 in a name are answered', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  for (const name of ['%ED%A0%80', '%FF', '%', '%zz']) {
    const response = await fetch(`${server.url}/attachments?name=${name}`, {
      method: 'POST',
      headers: { cookie: client.cookie ?? '' },
      body: png(),
    })
    expect([201, 400]).toContain(response.status)
  }
})

test('an image and a PDF may have their own limits, and not one byte more', async () => {
  await using server = await startTestServer({ MAX_IMAGE_BYTES: '1000', MAX_FILES_BYTES: '5000' })
  const client = await server.client()
  const statusOf = async (bytes: Buffer<ArrayBuffer>) => (await client.upload(bytes)).status
  expect([await statusOf(png(1000)), await statusOf(png(1001))]).toEqual([201, 413])
  expect([await statusOf(pdf(5000)), await statusOf(pdf(5001))]).toEqual([201, 413])
  const { body } = await client.upload(png(1001))
  expect(body.error).toMatchObject({
    message: 'An image may have at most 1000 bytes.',
    data: { code: 'PAYLOAD_TOO_LARGE', httpStatus: 413 },
  })
  expect((await client.query('models.list')).body.result.data).toMatchObject({
    maxImageBytes: 1000,
    maxFilesBytes: 5000,
  })
})

test.each(['with its length', 'in chunks'])(
  'an upload of 100 MB %s is refused while it arrives, and nothing of it is stored',
  async (how) => {
    await using server = await startTestServer({ MAX_IMAGE_BYTES: '1000000' })
    const client = await server.client()
    const upload = http.request(`${server.url}/attachments`, {
      method: 'POST',
      agent: false,
      headers: {
        cookie: client.cookie,
        'content-type': 'image/png',
        ...(how === 'with its length' && { 'content-length': 100_000_000 }),
      },
    })
    upload.on('error', () => {})
    const answered = new Promise<http.IncomingMessage>((resolve) => upload.once('response', resolve))
    const chunk = png(100_000)
    let sent = 0
    let response: unknown
    while (sent < 1000 && response === undefined) {
      sent++
      const isFull = !upload.write(chunk)
      if (isFull)
        response = await Promise.race([
          answered,
          new Promise<void>((resolve) => upload.once('drain', resolve)),
        ])
    }
    expect(response).toMatchObject({ statusCode: 413 })
    expect(sent).toBeLessThan(1000)
    upload.destroy()
    expect(await storedOf(client)).toBe(0)
  },
)

test('the connection of a refused upload can be used again', async () => {
  await using server = await startTestServer({ MAX_IMAGE_BYTES: '1000' })
  const client = await server.client()
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const upload = http.request(`${server.url}/attachments`, {
    method: 'POST',
    agent,
    headers: { cookie: client.cookie, 'content-length': 300_000 },
  })
  upload.write(png(100_000))
  const [refused] = (await once(upload, 'response')) as [http.IncomingMessage]
  expect(refused.statusCode).toBe(413)
  refused.resume()
  upload.write(png(100_000))
  upload.end(png(100_000))
  const { socket } = upload
  await once(upload, 'close')
  const next = http.get(`${server.url}/healthz`, { agent })
  const [response] = (await once(next, 'response')) as [http.IncomingMessage]
  response.resume()
  expect([response.statusCode, next.socket === socket]).toEqual([200, true])
  agent.destroy()
})

test('who goes on sending a refused upload is disconnected', async () => {
  await using server = await startTestServer({ MAX_IMAGE_BYTES: '1000' })
  const client = await server.client()
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  socket.write(
    `POST /attachments HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncookie: ${client.cookie}\r\n` +
      'content-type: image/png\r\ncontent-length: 100000\r\n\r\n',
  )
  socket.write(png(1001))
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /)
  // It never sends the rest.
  await once(socket, 'close')
})

test('a client that vanishes in the middle leaves nothing, and its place is free again', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  for (let i = 0; i < 5; i++) {
    const upload = http.request(`${server.url}/attachments`, {
      method: 'POST',
      agent: false,
      headers: { cookie: client.cookie, 'content-length': 100_000 },
    })
    upload.on('error', () => {})
    await new Promise((resolve) => upload.write(png(50_000), resolve))
    upload.destroy()
    await new Promise((resolve) => upload.once('close', resolve))
  }
  // Three may be under way; the server may hear of an end after we do.
  let last = await client.upload(png())
  for (let i = 0; i < 40 && last.status === 429; i++) last = await client.upload(png())
  expect(last.status).toBe(201)
  expect(await storedOf(client)).toBe(1)
  expect(server.logs.filter(({ level }) => Number(level) >= 50)).toEqual([])
})

/** Begins an upload that stays open, and resolves once the server has counted it. */
async function beginUpload(server: TestServer, client: WireClient): Promise<http.ClientRequest> {
  const upload = http.request(`${server.url}/attachments`, {
    method: 'POST',
    agent: false,
    // The server answers this where it begins to read the body.
    headers: { cookie: client.cookie, 'content-length': 1000, expect: '100-continue' },
  })
  upload.on('error', () => {})
  upload.flushHeaders()
  await once(upload, 'continue')
  return upload
}

test('an owner may have three uploads under way, however slow they are', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const slow = [1, 2, 3].map(() => beginUpload(server, client))
  const uploads = await Promise.all(slow)
  await client.query('models.list')
  const refused = await client.upload(png())
  expect([refused.status, refused.body.error.message]).toEqual([
    429,
    'At most 3 files can be uploaded at once.',
  ])
  expect(refused.headers.get('retry-after')).toBe('5')
  const [first] = uploads
  first?.end(png(1000))
  const [response] = (await once(first as http.ClientRequest, 'response')) as [http.IncomingMessage]
  expect(response.statusCode).toBe(201)
  expect((await client.upload(png())).status).toBe(201)
  for (const upload of uploads) upload.destroy()
})

test('an upload that takes longer than a request may take is ended', async () => {
  await using server = await startTestServer({ REQUEST_MS: '300' })
  const upload = await beginUpload(server, await server.client())
  const [response] = (await once(upload, 'response')) as [http.IncomingMessage]
  expect(response.statusCode).toBe(408)
  response.resume()
  await once(upload, 'close')
})

test('of uploads at once, so many are stored as the quota allows; another owner has a quota of their own', async () => {
  await using server = await startTestServer({ FILES_BYTES_PER_OWNER: '5000' })
  const [client, other] = [await server.client(), await server.client()]
  const statuses: number[] = []
  for (const _ of [1, 2, 3]) {
    const three = await Promise.all([1, 2, 3].map(() => client.upload(png(1000))))
    statuses.push(...three.map(({ status }) => status))
  }
  expect(statuses.filter((status) => status === 201)).toHaveLength(5)
  expect(statuses.filter((status) => status === 413)).toHaveLength(4)
  const full = await client.upload(png(1000))
  expect(full.body.error.message).toBe(
    'Your files may have at most 5000 bytes in all. Delete chats that have files: it counts within half an hour.',
  )
  expect((await other.upload(png(1000))).status).toBe(201)
  expect(await storedOf(client)).toBe(5)
})

test('an owner may upload 60 files a minute', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  let answer = await client.upload('x')
  for (let i = 1; i < 60; i++) answer = await client.upload('x')
  expect(answer.status).toBe(415)
  answer = await client.upload('x')
  expect([answer.status, answer.body.error.message]).toEqual([429, 'Too many uploads.'])
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
})

test('a page of another origin cannot upload, nor can a client that ownerOf refuses', async () => {
  const refusing = {
    ownerOf: () => {
      throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Log in first.' })
    },
  }
  await using open = await startTestServer()
  await using login = await startTestServer({}, refusing)
  const foreign = await (await open.client()).upload(png(), { headers: { 'sec-fetch-site': 'cross-site' } })
  expect([foreign.status, foreign.body.error.data.code]).toEqual([403, 'FORBIDDEN'])
  const stranger = new WireClient(login.url)
  const refused = await stranger.upload(png())
  expect([refused.status, refused.body.error.message]).toEqual([401, 'Log in first.'])
  expect((await stranger.get(`/attachments/${randomUUID()}`)).status).toBe(401)
})

test('a file that nothing has used for a day is deleted when a server starts, and one that a question uses is not', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const [unused, used] = [await client.upload(png()), await client.upload(png())]
  await ask(client, withFiles([used.body]))
  const ids = [unused.body.attachmentId, used.body.attachmentId]
  await query(`update attachment set touched_at = now() - interval '25 h' where id in ('${ids.join("','")}')`)
  // It sweeps once its database is open.
  await using later = await startTestServer()
  const there = new WireClient(later.url, { cookie: client.cookie })
  while ((await there.get(`/attachments/${ids[0]}`)).status !== 404) await there.query('models.list')
  expect((await there.get(`/attachments/${ids[1]}`)).status).toBe(200)
})
