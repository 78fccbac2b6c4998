import { randomUUID } from 'node:crypto'
import { openDatabase } from '@sluice/db'
import { createTestDatabase, openMemoryDatabase, whyNoPostgres } from '@sluice/db/testing'
import { expect, onTestFinished, test } from 'vitest'
import { collect, type Collected } from './testing/collect.ts'
import { type Question, question } from './testing/question.ts'
import { recordRequests } from './testing/record-requests.ts'
import { startTestServer, type TestServer } from './testing/start-test-server.ts'
import { testDatabase } from './testing/test-database.ts'
import { type Answer, WireClient } from './testing/wire-client.ts'

const FAST = '[[sim tokens=20 thinking=20]]'

/** Asks, and waits for the end of the answer. */
async function ask(client: WireClient, input: Question): Promise<Collected> {
  const { status, body } = await client.call('chat.send', input)
  expect([status, body.result?.data.runId]).toEqual([200, input.runId])
  return collect(await client.events({ runId: input.runId }))
}

async function get(client: WireClient, conversationId: string): Promise<any> {
  const { status, body } = await client.query('conversations.get', { conversationId })
  expect(status).toBe(200)
  return body.result.data
}

const codeOf = ({ body }: Answer): string => body.error?.data.code ?? 'OK'

/** A server, and what it sends to Claude. */
async function startRecordedServer(
  env: Record<string, string> = {},
  options: Parameters<typeof startTestServer>[1] = {},
) {
  const recorder = await recordRequests()
  const server = await startTestServer({ ANTHROPIC_BASE_URL: recorder.url, ...env }, options)
  recorder.target = server.simulator.url
  onTestFinished(async () => {
    await server.close()
    await recorder[Symbol.asyncDispose]()
  })
  return { server, bodies: recorder.bodies }
}

/** The same browser at another server. */
const at = (server: TestServer, client: WireClient) => new WireClient(server.url, { cookie: client.cookie })

test('a question begins a conversation, and the next one is sent with everything before it, thinking and its signature verbatim', async () => {
  const { server, bodies } = await startRecordedServer()
  const client = await server.client()
  const first = question({ content: `  \nHow do locks work?\nIn short. ${FAST}` })
  const { conversationId } = first
  const answer = await ask(client, first)
  const second = question({ conversationId, parentId: first.runId, content: `And canals? ${FAST}` })
  const next = await ask(client, second)
  expect(next.terminal).toMatchObject({ type: 'done', stopReason: 'end_turn' })
  expect(bodies[1].messages).toEqual([
    { role: 'user', content: first.content },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: answer.thinking, signature: expect.stringMatching(/.{100}/) },
        { type: 'text', text: answer.text },
      ],
    },
    { role: 'user', content: second.content },
  ])
  // What was written to the cache is read from it.
  expect(next.terminal?.usage?.cacheReadTokens).toBeGreaterThan(0)

  const { title, messages } = await get(client, conversationId)
  expect(title).toBe('How do locks work?')
  const [asked, answered, askedNext] = messages
  expect(messages).toHaveLength(4)
  expect(asked).toMatchObject({ role: 'user', parentId: null, content: first.content })
  expect(answered).toMatchObject({ messageId: first.runId, role: 'assistant', parentId: asked.messageId })
  expect(answered.runs).toEqual([
    {
      runId: first.runId,
      model: 'claude-opus-4-8',
      state: 'done',
      startedAt: expect.any(String),
      endedAt: expect.any(String),
      events: expect.any(Array),
      usage: answer.terminal?.usage,
      costUsd: answer.terminal?.costUsd,
      leftOut: 0,
      decided: [],
    },
  ])
  expect(answered.runs[0].events).toEqual([
    { type: 'start', model: 'claude-opus-4-8', runId: first.runId },
    { type: 'thinking', text: answer.thinking },
    { type: 'text', text: answer.text },
    {
      type: 'step',
      model: 'claude-opus-4-8',
      usage: answer.terminal?.usage,
      costUsd: answer.terminal?.costUsd,
    },
    answer.terminal,
  ])
  expect(askedNext).toMatchObject({ role: 'user', parentId: first.runId })
  // The signature is nothing for browsers.
  expect(JSON.stringify(messages)).not.toContain(bodies[1].messages[1].content[0].signature.slice(0, 40))
})

test('a conversation goes on at a server that was started later, with its thinking', async () => {
  const before = await startRecordedServer()
  const client = await before.server.client()
  const first = question({ content: `Before ${FAST}` })
  const answer = await ask(client, first)
  await before.server.close()
  const { server, bodies } = await startRecordedServer()
  const { conversationId } = first
  const second = question({ conversationId, parentId: first.runId, content: `After ${FAST}` })
  expect((await ask(at(server, client), second)).terminal).toMatchObject({ stopReason: 'end_turn' })
  expect(bodies[0].messages[1].content).toMatchObject([
    { type: 'thinking', thinking: answer.thinking },
    { type: 'text', text: answer.text },
  ])
})

test('the same run id gives the first result, whatever the input says, and is asked once', async () => {
  const { server, bodies } = await startRecordedServer()
  const client = await server.client()
  const input = question({ content: `Once ${FAST}` })
  const others = [
    input,
    { ...input, content: `Other words ${FAST}` },
    { ...input, conversationId: randomUUID() },
    { ...input, parentId: randomUUID() },
    { ...input, model: 'claude-haiku-5-5' },
  ]
  const first = client.call('chat.send', input)
  const answers = await Promise.all([first, client.call('chat.send', input), client.call('chat.send', input)])
  for (const other of others) answers.push(await client.call('chat.send', other))
  const { messageId } = (await first).body.result.data
  expect(answers.map(({ body }) => body.result?.data)).toEqual(
    answers.map(() => ({ runId: input.runId, messageId })),
  )
  await collect(await client.events({ runId: input.runId }))
  answers.push(await client.call('chat.send', input))
  expect(answers.at(-1)?.body.result.data).toEqual({ runId: input.runId, messageId })
  expect(bodies).toHaveLength(1)
  expect((await get(client, input.conversationId)).messages).toHaveLength(2)
  // Nor is it an answer to something else.
  const stranger = await server.client()
  expect(codeOf(await stranger.call('chat.send', input))).toBe('NOT_FOUND')
  expect(codeOf(await stranger.call('chat.send', question({ runId: input.runId })))).toBe('NOT_FOUND')
  expect((await stranger.query('conversations.list')).body.result.data.conversations).toEqual([])
})

test('a question can follow only an ended answer of its own conversation', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const mine = question({ content: FAST })
  await ask(client, mine)
  const other = question({ content: FAST })
  await ask(client, other)
  const stranger = await server.client()
  const foreign = question({ content: FAST })
  await ask(stranger, foreign)
  const { conversationId } = mine
  const { messages } = await get(client, conversationId)
  const self = randomUUID()
  const refused: Question[] = [
    question({ conversationId: foreign.conversationId }),
    question({ conversationId: foreign.conversationId, parentId: foreign.runId }),
    question({ conversationId, parentId: foreign.runId }),
    question({ conversationId, parentId: other.runId }),
    question({ conversationId, parentId: randomUUID() }),
    // A question, not an answer.
    question({ conversationId, parentId: messages[0].messageId }),
    // Itself.
    question({ conversationId, parentId: self, runId: self }),
    // The id of a message that is there.
    question({ conversationId, parentId: mine.runId, runId: messages[0].messageId }),
    // A conversation that is not there.
    question({ parentId: mine.runId }),
  ]
  for (const input of refused) expect(codeOf(await client.call('chat.send', input))).toBe('NOT_FOUND')
  // Each other, at once.
  const [a, b] = [randomUUID(), randomUUID()]
  const circle = [
    question({ conversationId, runId: a, parentId: b }),
    question({ conversationId, runId: b, parentId: a }),
  ]
  const answers = await Promise.all(circle.map((input) => client.call('chat.send', input)))
  expect(answers.map(codeOf)).toEqual(['NOT_FOUND', 'NOT_FOUND'])
  expect((await get(client, conversationId)).messages).toEqual(messages)
  expect((await client.query('conversations.list')).body.result.data.conversations).toHaveLength(2)
  expect((await get(stranger, foreign.conversationId)).messages).toHaveLength(2)

  const running = question({ conversationId, parentId: mine.runId, content: '[[sim fault=hang]]' })
  await client.call('chat.send', running)
  const early = question({ conversationId, parentId: running.runId, content: FAST })
  expect(codeOf(await client.call('chat.send', early))).toBe('CONFLICT')
  const state = async () => (await get(client, conversationId)).messages.at(-1).runs[0]
  expect(await state()).toMatchObject({ state: 'running', endedAt: null, events: [], usage: null })
  await client.call('runs.stop', { runId: running.runId })
  await collect(await client.events({ runId: running.runId }))
  expect((await ask(client, early)).terminal).toMatchObject({ stopReason: 'end_turn' })
})

test('editing a question and regenerating an answer make siblings', async () => {
  const { server, bodies } = await startRecordedServer()
  const client = await server.client()
  const first = question({ content: `First ${FAST}` })
  await ask(client, first)
  const { conversationId } = first
  const edited = question({ conversationId, content: `Edited ${FAST}` })
  await ask(client, edited)
  const messageId = (await get(client, conversationId)).messages[0].messageId
  const again = { runId: randomUUID(), messageId, model: 'claude-haiku-5-5' }
  for (const _ of [1, 2]) {
    const { body } = await client.call('chat.regenerate', again)
    expect(body.result.data).toEqual({ runId: again.runId })
  }
  await collect(await client.events({ runId: again.runId }))
  expect(bodies.map(({ model, messages }) => [model, messages])).toEqual([
    ['claude-opus-4-8', [{ role: 'user', content: first.content }]],
    ['claude-opus-4-8', [{ role: 'user', content: edited.content }]],
    ['claude-haiku-5-5', [{ role: 'user', content: first.content }]],
  ])
  const { messages } = await get(client, conversationId)
  const shape = messages.map((message: any) => [message.role, message.parentId])
  expect(shape).toEqual([
    ['user', null],
    ['assistant', messageId],
    ['user', null],
    ['assistant', messages[2].messageId],
    ['assistant', messageId],
  ])
  // What follows the other answer has it before it, and not the first one.
  const next = question({ conversationId, parentId: again.runId, content: `Next ${FAST}` })
  await ask(client, next)
  expect(bodies[3].messages).toHaveLength(3)
  expect(bodies[3].messages[1].content.at(-1).text).toBe(messages[4].runs[0].events.at(-3).text)

  const stranger = await server.client()
  const another = () => ({ runId: randomUUID(), messageId })
  expect(codeOf(await stranger.call('chat.regenerate', another()))).toBe('NOT_FOUND')
  expect(codeOf(await stranger.call('chat.regenerate', again))).toBe('NOT_FOUND')
  for (const wrong of [first.runId, randomUUID()])
    expect(codeOf(await client.call('chat.regenerate', { ...another(), messageId: wrong }))).toBe('NOT_FOUND')
})

/** How the first answer of a conversation ends, and how much of its turn is sent with the next question. */
const ENDS: [directive: string, sent: 'thinking' | 'text' | 'nothing'][] = [
  ['tokens=30', 'thinking'],
  ['fault=max_tokens@20', 'thinking'],
  ['fault=unterminated', 'thinking'],
  ['fault=bytes tokens=60', 'thinking'],
  ['fault=unknown', 'thinking'],
  ['fault=reorder', 'thinking'],
  ['fault=error@20', 'text'],
  ['fault=reset@20', 'text'],
  ['fault=drop@20', 'text'],
  ['fault=eof@20', 'text'],
  ['fault=half@20', 'text'],
  ['fault=badjson@20', 'text'],
  ['fault=stall@20', 'text'],
  ['fault=reset@0', 'nothing'],
  ['fault=status code=400', 'nothing'],
  ['fault=status code=529', 'nothing'],
  ['fault=empty', 'nothing'],
  ['fault=hang', 'nothing'],
  ['fault=refusal', 'nothing'],
  ['fault=refusal@20', 'nothing'],
]

test.each(ENDS)(
  'after an answer with %s, %s of it is sent with the next question, which is answered',
  async (directive, sent) => {
    // A busy machine may be as slow as a dead one, so only the silent ones are given up soon.
    const UPSTREAM_IDLE_MS = /stall|hang/.test(directive) ? '2000' : '60000'
    const { server, bodies } = await startRecordedServer({ UPSTREAM_IDLE_MS, MAX_RETRY_AFTER_MS: '0' })
    const client = await server.client()
    const first = question({ content: `First [[sim tokens=100 thinking=20 ${directive}]]` })
    const answer = await ask(client, first)
    const { conversationId } = first
    const second = question({ conversationId, parentId: first.runId, content: `Continue. ${FAST}` })
    const { terminal } = await ask(client, second)
    expect(terminal).toMatchObject({ type: 'done', stopReason: 'end_turn' })
    const blocks = bodies.at(-1).messages[1]?.content ?? []
    if (sent === 'nothing')
      expect(bodies.at(-1).messages).toEqual([{ role: 'user', content: second.content }])
    else expect(blocks.find(({ type }: any) => type === 'text').text).toBe(answer.text)
    expect(blocks.some(({ type }: any) => type === 'thinking')).toBe(sent === 'thinking')
  },
)

test('of an answer that was stopped, what had been written is sent with the next question', async () => {
  const { server, bodies } = await startRecordedServer()
  const client = await server.client()
  const first = question({ content: 'Stopped [[sim tokens=100 thinking=20 fault=stall@20]]' })
  await client.call('chat.send', first)
  const connection = await client.events({ runId: first.runId })
  const soFar = await collect(connection, { enough: ({ text }) => text.length > 100 })
  await client.call('runs.stop', { runId: first.runId })
  const rest = await collect(connection, { after: soFar.position })
  expect(rest.terminal).toMatchObject({ stopReason: 'stopped' })
  const { conversationId } = first
  await ask(client, question({ conversationId, parentId: first.runId, content: `Continue. ${FAST}` }))
  expect(bodies[1].messages[1]).toEqual({
    role: 'assistant',
    content: [{ type: 'text', text: soFar.text + rest.text }],
  })
})

test('thinking is not sent to another model', async () => {
  const { server, bodies } = await startRecordedServer()
  const client = await server.client()
  const first = question({ content: `First ${FAST}` })
  await ask(client, first)
  const { conversationId } = first
  const model = 'claude-opus-5-5'
  const second = question({ conversationId, parentId: first.runId, content: `Second ${FAST}`, model })
  expect((await ask(client, second)).terminal).toMatchObject({ stopReason: 'end_turn' })
  const third = question({ conversationId, parentId: second.runId, content: `Third ${FAST}`, model })
  expect((await ask(client, third)).terminal).toMatchObject({ stopReason: 'end_turn' })
  const types = bodies.map(({ messages }) =>
    messages.filter(({ role }: any) => role === 'assistant').map(({ content }: any) => content.length),
  )
  expect(types).toEqual([[], [1], [1, 2]])
})

test('thinking is not sent after the system prompt has changed, and is again once it is the same', async () => {
  const first = question({ content: `First ${FAST}` })
  const second = question({ ...first, runId: randomUUID(), parentId: first.runId })
  const third = question({ ...first, runId: randomUUID(), parentId: second.runId })
  let cookie: string | undefined
  const sent = []
  for (const [input, system] of [
    [first, undefined],
    [second, 'Be brief.'],
    [third, 'Be brief.'],
  ] as const) {
    const { server, bodies } = await startRecordedServer({}, { system })
    const client = cookie === undefined ? await server.client() : new WireClient(server.url, { cookie })
    cookie = client.cookie
    expect((await ask(client, input)).terminal).toMatchObject({ stopReason: 'end_turn' })
    const answers = bodies[0].messages.filter(({ role }: any) => role === 'assistant')
    sent.push([bodies[0].system, answers.map(({ content }: any) => content.length)])
    await server.close()
  }
  expect(sent).toEqual([
    [undefined, []],
    ['Be brief.', [1]],
    ['Be brief.', [1, 2]],
  ])
})

test('beyond the limit of characters the older half of a conversation is left out, and stays so', async () => {
  const { server, bodies } = await startRecordedServer({ MAX_PROMPT_CHARS: '2500' })
  const client = await server.client()
  const conversationId = randomUUID()
  const leftOut: number[] = []
  let parentId: string | null = null
  for (let i = 0; i < 8; i++) {
    const content = `${i} ${'x'.repeat(400)} [[sim tokens=5 thinking=0]]`
    const asked: Question = question({ conversationId, parentId, content })
    expect((await ask(client, asked)).terminal).toMatchObject({ stopReason: 'end_turn' })
    parentId = asked.runId
    leftOut.push((await get(client, conversationId)).messages.at(-1).runs[0].leftOut)
  }
  expect(leftOut).toEqual([0, 0, 0, 0, 0, 6, 6, 6])
  expect(bodies.map(({ messages }) => [messages.length, messages[0].content[0]])).toEqual([
    [1, '0'],
    [3, '0'],
    [5, '0'],
    [7, '0'],
    [9, '0'],
    [5, '3'],
    [7, '3'],
    [9, '3'],
  ])
})

test('when the older half of a conversation is left out, so is the thinking that followed it', async () => {
  const { server, bodies } = await startRecordedServer({ MAX_MESSAGES: '4' })
  const client = await server.client()
  const conversationId = randomUUID()
  let parentId: string | null = null
  for (let i = 0; i < 5; i++) {
    const asked: Question = question({ conversationId, parentId, content: `${i} ${FAST}` })
    expect((await ask(client, asked)).terminal).toMatchObject({ stopReason: 'end_turn' })
    parentId = asked.runId
  }
  const blocks = bodies.map(({ messages }) =>
    messages.filter(({ role }: any) => role === 'assistant').map(({ content }: any) => content.length),
  )
  expect(blocks).toEqual([[], [2], [1], [1], [1]])
})

test('text comes back as it was sent, whatever is in it, and titles are well-formed', async () => {
  const { server, bodies } = await startRecordedServer()
  const client = await server.client()
  const nasty = `'; drop table message; -- $1 \\ %_ \u0000 \ud800 👩‍🚀 \u2028 ${FAST}`
  const text = question({ content: nasty })
  await ask(client, text)
  const { title, messages } = await get(client, text.conversationId)
  expect(messages[0].content === nasty).toBe(true)
  expect(title).toBe(
    nasty.replaceAll(/[\0\ud800](?!\udc00)/g, '\ufffd').replaceAll('\ufffd\udc69', '\ud83d\udc69'),
  )
  const blocks = question({ content: [nasty, FAST].map((words) => ({ type: 'text', text: words })) })
  await ask(client, blocks)
  expect((await get(client, blocks.conversationId)).messages[0].content).toEqual(blocks.content)
  const { conversationId } = blocks
  await ask(client, question({ conversationId, parentId: blocks.runId, content: FAST }))
  expect(bodies[2].messages[0]).toEqual({ role: 'user', content: blocks.content })
})

test('a question that is refused is not stored', async () => {
  await using server = await startTestServer({ STARTS_PER_MINUTE: '1', MAX_PROMPT_CHARS: '100' })
  const client = await server.client()
  const refused: [Partial<Question> & Record<string, unknown>, string][] = [
    [{ content: 'x'.repeat(101) }, 'PAYLOAD_TOO_LARGE'],
    [{ content: ' ' }, 'BAD_REQUEST'],
    [{ content: [{ type: 'sound' }] }, 'BAD_REQUEST'],
    [{ model: 'claude-unknown' }, 'BAD_REQUEST'],
    [{ maxTokens: 1_000_000 }, 'BAD_REQUEST'],
    [{ conversationId: "'; drop table conversation" }, 'BAD_REQUEST'],
    [{ parentId: 'x' }, 'BAD_REQUEST'],
    [{ runId: 'x' }, 'BAD_REQUEST'],
    [{ onDisconnect: 'stay' }, 'BAD_REQUEST'],
  ]
  for (const [change, code] of refused) {
    expect(codeOf(await client.call('chat.send', { ...question(), ...change }))).toBe(code)
  }
  await ask(client, question({ content: FAST }))
  expect(codeOf(await client.call('chat.send', question()))).toBe('TOO_MANY_REQUESTS')
  expect((await client.query('conversations.list')).body.result.data.conversations).toHaveLength(1)
})

test('a conversation that has as much text as can be read at once takes no more of it', async () => {
  const shared = await testDatabase()
  await using server = await startTestServer()
  const client = await server.client()
  const first = question({ content: FAST })
  await ask(client, first)
  const { conversationId } = first
  const { messages } = await get(client, conversationId)
  const database = await shared.open(shared.url)
  onTestFinished(() => database.close())
  await database.db.execute(`
    update run set log = '[{"type":"text","text":"' || repeat('x', 20000000) || '"}]'
    where id = '${first.runId}'`)
  const edited = question({ conversationId, content: FAST })
  const { status, body } = await client.call('chat.send', edited)
  expect([status, body.error.message]).toEqual([
    413,
    'A conversation may have at most 20 MB of text. Begin another one.',
  ])
  const again = { runId: randomUUID(), messageId: messages[0].messageId }
  expect(codeOf(await client.call('chat.regenerate', again))).toBe('PAYLOAD_TOO_LARGE')
  expect((await get(client, conversationId)).messages).toHaveLength(2)
  await ask(client, question({ content: FAST }))
})

/** A server whose database commits a claim on request, and loses the connection before it says so. */
async function startLosingServer() {
  const shared = await testDatabase()
  let lose = false
  const losingDatabase: typeof shared.open = async (url, options) => {
    const database = await shared.open(url, options)
    const transaction = database.db.transaction.bind(database.db)
    const losing = async (...args: Parameters<typeof transaction>) => {
      const result: any = await transaction(...args)
      // A sweep has transactions too.
      if (!lose || result?.claimed !== true) return result
      lose = false
      throw new Error('connection lost')
    }
    return Object.assign(database, { db: Object.assign(database.db, { transaction: losing }) })
  }
  const { server, bodies } = await startRecordedServer({}, { openDatabase: losingDatabase })
  await server.ready()
  const client = await server.client()
  const sendAndLose = async (input: Question) => {
    lose = true
    expect(codeOf(await client.call('chat.send', input))).toBe('SERVICE_UNAVAILABLE')
    expect(bodies).toEqual([])
  }
  return { client, bodies, sendAndLose }
}

test('a claim that was stored though the database failed to say so is started with what was stored', async () => {
  const { client, bodies, sendAndLose } = await startLosingServer()
  const input = question({ content: `Stored ${FAST}` })
  await sendAndLose(input)
  await ask(client, { ...input, content: `Not stored ${FAST}` })
  expect(bodies.map(({ messages }) => messages)).toEqual([[{ role: 'user', content: input.content }]])
})

test('without a second start, such a claim has ended for the first reader, and the conversation goes on', async () => {
  const { client, bodies, sendAndLose } = await startLosingServer()
  const input = question({ content: `Stored ${FAST}` })
  const { conversationId, runId } = input
  await sendAndLose(input)
  expect((await get(client, conversationId)).messages.at(-1).runs[0].state).toBe('running')
  const { events } = await collect(await client.events({ runId }))
  expect(events).toMatchObject([{ type: 'start' }, { type: 'error', code: 'interrupted', retryable: true }])
  expect((await get(client, conversationId)).messages.at(-1).runs[0].state).toBe('failed')
  // It is not started any more.
  expect(codeOf(await client.call('chat.send', input))).toBe('OK')
  const next = question({ conversationId, parentId: runId, content: `Again ${FAST}` })
  expect((await ask(client, next)).terminal).toMatchObject({ stopReason: 'end_turn' })
  expect(bodies.map(({ messages }) => messages)).toEqual([[{ role: 'user', content: next.content }]])
})

test('each call to Claude is stored with its usage, cost and request id', async () => {
  const shared = await testDatabase()
  await using server = await startTestServer()
  const client = await server.client()
  const input = question({ content: FAST })
  const { terminal } = await ask(client, input)
  const database = await shared.open(shared.url)
  onTestFinished(() => database.close())
  const { rows }: any = await database.db.execute(`select * from step where run_id = '${input.runId}'`)
  expect(rows).toHaveLength(1)
  expect(rows[0]).toMatchObject({ number: 0, stop_reason: 'end_turn', model: 'claude-opus-4-8' })
  expect(rows[0].request_id).toMatch(/^req_/)
  expect(JSON.parse(rows[0].usage)).toEqual(terminal?.usage)
  expect(Number(rows[0].cost_usd)).toBe(terminal?.costUsd)
})

const why = whyNoPostgres()
const ENGINES = [
  { engine: 'PGlite', open: () => openMemoryDatabase(), skip: undefined },
  { engine: 'Postgres', open: async () => openDatabase(await createTestDatabase()), skip: why },
]

for (const { engine, open, skip } of ENGINES) {
  test.skipIf(skip !== undefined)(
    `200 questions at once on ${engine}, some of them twice: each is stored and asked once${skip === undefined ? '' : ` (skipped: ${skip})`}`,
    async () => {
      const LIMITS = [
        'STARTS_PER_MINUTE',
        'STARTS_PER_MINUTE_PER_IP',
        'MAX_RUNS_PER_OWNER',
        'MAX_RUNS_PER_IP',
        'DAILY_USD',
        'DAILY_USD_PER_OWNER',
      ]
      const env = Object.fromEntries(LIMITS.map((name) => [name, '100000']))
      const { server, bodies } = await startRecordedServer(env, { openDatabase: open })
      await server.ready()
      const client = await server.client()
      // Half of them in one conversation, each as another version of its first question.
      const conversationId = randomUUID()
      const inputs = Array.from({ length: 200 }, (_, i) =>
        question({ content: `${i} [[sim tokens=2 thinking=0]]`, ...(i % 2 === 0 && { conversationId }) }),
      )
      const send = async (input: Question): Promise<unknown> => {
        const { status, body } = await client.call('chat.send', input)
        // On a busy machine some wait for a connection for too long. A page tries again, too.
        return status === 503 ? send(input) : (body.result?.data ?? body.error)
      }
      const repeated = inputs.slice(0, 20)
      const results = await Promise.all([...inputs, ...repeated].map(send))
      for (const [i, { runId }] of inputs.entries())
        expect(results[i]).toEqual({ runId, messageId: expect.any(String) })
      expect(results.slice(200)).toEqual(results.slice(0, 20))
      await server.simulator.waitFor(({ requests, open: live }) => requests.length === 200 && live === 0)
      expect(new Set(bodies.map(({ messages }) => messages[0].content))).toEqual(
        new Set(inputs.map(({ content }) => content)),
      )
      expect((await get(client, conversationId)).messages).toHaveLength(200)
    },
  )
}
