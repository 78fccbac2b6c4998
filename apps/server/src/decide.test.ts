import { randomUUID } from 'node:crypto'
import { DECLINED, NOT_EXECUTED } from '@sluice/claude'
import { continueView, EMPTY_RUN_VIEW, reduceRun, type RunView, type ToolPart } from '@sluice/events'
import { expect, onTestFinished, test } from 'vitest'
import type { AnswerRun } from './conversation.ts'
import { collect } from './testing/collect.ts'
import { onBothEngines } from './testing/on-both-engines.ts'
import { createProbeRouter } from './testing/probe-router.ts'
import { question } from './testing/question.ts'
import { recordRequests } from './testing/record-requests.ts'
import { startTestServer } from './testing/start-test-server.ts'
import type { TestDatabase } from './testing/test-database.ts'
import { until } from './testing/until.ts'
import { WireClient } from './testing/wire-client.ts'
import { toolsOf } from './tools-of.ts'

const BRIEF = 'tokens=5 thinking=5'
const inputs = (...names: string[]) => `input='${JSON.stringify(names.map((name) => ({ name })))}'`
const ADD = `tool=probe.add ${inputs('Ada')} ${BRIEF}`
/** Two that ask, and one that does not. */
const MIXED = `tool=probe.add+probe.find+probe.add ${inputs('Ada', 'Eve', 'Bob')} ${BRIEF}`

onBothEngines((database) => {
  async function start(env: Record<string, string> = {}, given?: TestDatabase) {
    const recorder = await recordRequests()
    const { probeRouter, calls } = createProbeRouter()
    const stored = given ?? (await database())
    const server = await startTestServer(
      { ANTHROPIC_BASE_URL: recorder.url, ...env },
      {
        database: stored,
        system: 'You help.',
        tools: (options) => toolsOf(probeRouter, ['probe.add', 'probe.find', 'probe.wait'], options),
      },
    )
    recorder.target = server.simulator.url
    onTestFinished(async () => {
      await server[Symbol.asyncDispose]()
      await recorder[Symbol.asyncDispose]()
    })
    return { server, calls, bodies: recorder.bodies, stored }
  }

  test('a call that asks waits without anything, and the decision executes what the server stored', async () => {
    const { server, calls, bodies } = await start()
    const client = await server.client()
    const chat = await ask(client, ADD, { effort: 'low', maxTokens: 4000, onDisconnect: 'continue' })
    expect(chat.terminal).toMatchObject({ type: 'done', stopReason: 'approval' })
    expect(server.runs.live).toBe(0)
    expect(calls).toEqual([])
    expect(await chat.parts()).toMatchObject([{ state: 'waiting', input: '{"name":"Ada"}' }])

    const runId = randomUUID()
    const callId = chat.callId()
    expect(await decide(client, { callId, approve: true, runId })).toEqual({ runId })
    expect((await follow(client, runId)).terminal).toMatchObject({ stopReason: 'end_turn' })
    expect(calls).toEqual([
      {
        path: 'probe.add',
        input: { name: 'Ada', tags: [] },
        owner: expect.any(String),
        toolCall: { runId, callId },
      },
    ])
    // As the first request, with Claude's message as it came, and the result.
    const [first, next] = bodies
    const { messages, ...settings } = next
    expect(settings).toEqual({ ...first, messages: undefined })
    expect(settings).toMatchObject({ max_tokens: 4000, output_config: { effort: 'low' } })
    expect(messages).toEqual([
      ...first.messages,
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: expect.any(String), signature: expect.any(String) },
          ...chat.textBlocks(),
          expect.objectContaining({ type: 'tool_use', name: 'probe__add', input: { name: 'Ada' } }),
        ],
      },
      { role: 'user', content: [expect.objectContaining({ content: '{"count":1}' })] },
    ])
    expect(await chat.parts()).toMatchObject([{ state: 'done', output: '{"count":1}' }])
    const [waited, went] = await chat.runs()
    expect([waited?.runId, went?.runId]).toEqual([chat.runId, runId])
    // The next question has both.
    const later = await ask(client, BRIEF, chat.follow())
    expect(later.terminal).toMatchObject({ stopReason: 'end_turn' })
    expect(bodies[2].messages.slice(0, 3)).toEqual(messages)
  })

  test('a denial goes on too, and executes nothing', async () => {
    const { server, calls, bodies } = await start()
    const client = await server.client()
    const chat = await ask(client, ADD)
    const runId = randomUUID()
    await decide(client, { callId: chat.callId(), approve: false, runId })
    expect((await follow(client, runId)).terminal).toMatchObject({ stopReason: 'end_turn' })
    expect(calls).toEqual([])
    expect(resultsIn(bodies[1])).toEqual([[DECLINED, true]])
    expect(await chat.parts()).toMatchObject([{ state: 'failed', output: DECLINED }])
    await ask(client, BRIEF, chat.follow())
    expect(bodies[2].messages.slice(0, 3)).toEqual(bodies[1].messages)
  })

  test('calls of one step wait for the last decision, in whatever order they are decided', async () => {
    const { server, calls, bodies } = await start()
    const client = await server.client()
    const chat = await ask(client, MIXED)
    expect(calls.map(({ path }) => path)).toEqual(['probe.find'])
    expect((await chat.parts()).map(({ state }) => state)).toEqual(['waiting', 'done', 'waiting'])
    const [one, find, two] = chat.callIds()
    const runId = randomUUID()
    expect(await decide(client, { callId: two, approve: true, runId })).toEqual({ waitingFor: [one] })
    expect(bodies).toHaveLength(1)
    const [run] = await chat.runs()
    expect(run?.decided).toEqual([{ callId: two, approved: true }])
    expect(calls).toHaveLength(1)
    expect(await refused(client, { callId: find, approve: true, runId })).toBe('CONFLICT')
    expect(await decide(client, { callId: one, approve: false, runId })).toEqual({ runId })
    await follow(client, runId)
    expect(calls.map(({ path, input }) => [path, input])).toEqual([
      ['probe.find', { name: 'Eve' }],
      ['probe.add', { name: 'Bob', tags: [] }],
    ])
    expect(resultsIn(bodies[1])).toEqual([
      [DECLINED, true],
      ['{"found":"about Eve"}', undefined],
      ['{"count":2}', undefined],
    ])
    expect((await chat.runs()).map(({ decided }) => decided?.length)).toEqual([2, 0])
    expect((await chat.parts()).map(({ state }) => state)).toEqual(['failed', 'done', 'done'])
  })

  test('the same decision again is no conflict, and a different one is', async () => {
    const { server, calls, bodies } = await start()
    const client = await server.client()
    const chat = await ask(client, MIXED)
    const [one, , two] = chat.callIds()
    const runId = randomUUID()
    await decide(client, { callId: one, approve: true, runId: randomUUID() })
    await decide(client, { callId: two, approve: false, runId })
    const again = (callId: string, approve: boolean) => ({ callId, approve, runId: randomUUID() })
    expect(await decide(client, again(one, true))).toEqual({ waitingFor: [two] })
    expect(await decide(client, again(two, false))).toEqual({ runId })
    expect(await refused(client, again(one, false))).toBe('CONFLICT')
    expect(await refused(client, again(two, true))).toBe('CONFLICT')
    await follow(client, runId)
    expect(await decide(client, again(two, false))).toEqual({ runId })
    expect(calls).toHaveLength(2)
    expect(bodies).toHaveLength(2)
  })

  test('of two last decisions at once one is the last, and one run goes on', async () => {
    const { server, calls, bodies } = await start()
    const client = await server.client()
    const chat = await ask(client, MIXED)
    const [one, , two] = chat.callIds()
    const ids = [randomUUID(), randomUUID()] as const
    const answers = await Promise.all([
      decide(client, { callId: one, approve: true, runId: ids[0] }),
      decide(client, { callId: two, approve: true, runId: ids[1] }),
    ])
    const waiting = answers.findIndex((answer) => 'waitingFor' in answer)
    expect(answers[waiting]).toEqual({ waitingFor: [waiting === 0 ? two : one] })
    const runId = ids[waiting === 0 ? 1 : 0]
    expect(answers[1 - waiting]).toEqual({ runId })
    await follow(client, runId)
    expect(calls.map(({ path }) => path)).toEqual(['probe.find', 'probe.add', 'probe.add'])
    expect(bodies).toHaveLength(2)
    expect(await chat.runs()).toHaveLength(2)
  })

  test('tabs that decide the same at once get the same run; of opposite ones, the first wins', async () => {
    const { server, calls, bodies } = await start()
    const client = await server.client()
    const chat = await ask(client, ADD)
    const callId = chat.callId()
    const same = () => decide(client, { callId, approve: true, runId: randomUUID() })
    const answers: any[] = await Promise.all([same(), same(), same()])
    expect(new Set(answers.map(({ runId }) => runId)).size).toBe(1)
    await follow(client, answers[0].runId)
    expect([calls.length, bodies.length, (await chat.runs()).length]).toEqual([1, 2, 2])

    const other = await ask(client, ADD)
    const opposite = await Promise.all(
      [true, false].map(async (approve) =>
        client.call('tools.decide', { callId: other.callId(), approve, runId: randomUUID() }),
      ),
    )
    expect(opposite.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409])
  })

  test('the id of another run is refused, and leaves the decision unmade', async () => {
    const { server, calls } = await start()
    const client = await server.client()
    const chat = await ask(client, ADD)
    const callId = chat.callId()
    const mine = await ask(client, BRIEF)
    const stranger = await server.client()
    const theirs = await ask(stranger, BRIEF)
    expect(await refused(client, { callId, approve: true, runId: mine.runId })).toBe('CONFLICT')
    expect(await refused(client, { callId, approve: true, runId: chat.runId })).toBe('CONFLICT')
    expect(await refused(client, { callId, approve: true, runId: theirs.runId })).toBe('NOT_FOUND')
    expect(calls).toEqual([])
    expect(await chat.parts()).toMatchObject([{ state: 'waiting' }])
    const runId = randomUUID()
    expect(await decide(client, { callId, approve: true, runId })).toEqual({ runId })
    await follow(client, runId)
  })

  test('another owner’s call, an unknown one and one in a removed conversation are not found; one that never waited cannot be decided', async () => {
    const { server, calls } = await start()
    const client = await server.client()
    const chat = await ask(client, ADD)
    const call = { callId: chat.callId(), approve: true, runId: randomUUID() }
    expect(await refused(await server.client(), call)).toBe('NOT_FOUND')
    expect(await refused(client, { ...call, callId: randomUUID() })).toBe('NOT_FOUND')
    const { conversationId } = chat
    await client.call('conversations.remove', { conversationId })
    expect(await refused(client, call)).toBe('NOT_FOUND')
    const found = await ask(client, `tool=probe.find ${inputs('Eve')} ${BRIEF}`)
    expect(await refused(client, { ...call, callId: found.callId() })).toBe('CONFLICT')
    expect(await refused(client, { ...call, callId: 'no uuid' })).toBe('BAD_REQUEST')
    expect(calls.map(({ path }) => path)).toEqual(['probe.find'])
    await client.call('conversations.restore', { conversationId })
    await decide(client, call)
    await follow(client, call.runId)
    expect(calls.map(({ path }) => path)).toEqual(['probe.find', 'probe.add'])
  })

  test('when the conversation goes on without a decision, the open calls are declined', async () => {
    const { server, calls, bodies } = await start()
    const client = await server.client()
    const chat = await ask(client, MIXED)
    const [one, , two] = chat.callIds()
    await decide(client, { callId: one, approve: true, runId: randomUUID() })
    const next = await ask(client, BRIEF, chat.follow())
    expect(next.terminal).toMatchObject({ stopReason: 'end_turn' })
    expect(resultsIn(bodies[1])).toEqual([
      [NOT_EXECUTED, true],
      ['{"found":"about Eve"}', undefined],
      [DECLINED, true],
    ])
    expect(await chat.parts()).toMatchObject([
      { state: 'failed', output: NOT_EXECUTED },
      { state: 'done' },
      { state: 'failed', output: DECLINED },
    ])
    for (const approve of [true, false]) {
      expect(await refused(client, { callId: two, approve, runId: randomUUID() })).toBe('CONFLICT')
    }
    // What the next question told Claude, the one after it tells too.
    await ask(client, BRIEF, next.follow())
    expect(bodies[2].messages.slice(0, 3)).toEqual(bodies[1].messages)
    expect(calls).toHaveLength(1)
  })

  test('a call that would have asked, in an answer that was stopped before that, is not called declined', async () => {
    const { server, calls, bodies } = await start()
    const client = await server.client()
    const asked = question({
      content: `prompt [[sim tool=probe.wait+probe.add ${inputs('Eve', 'Ada')} ${BRIEF}]]`,
    })
    await client.call('chat.send', asked)
    await until(() => calls.length === 1)
    await client.call('runs.stop', { runId: asked.runId })
    const { events, terminal } = await follow(client, asked.runId)
    expect(terminal).toMatchObject({ stopReason: 'stopped' })
    const [, callId = ''] = events.flatMap((event) => (event.type === 'tool_call' ? [event.callId] : []))
    expect(await refused(client, { callId, approve: true, runId: randomUUID() })).toBe('CONFLICT')
    const { conversationId, runId: parentId } = asked
    const next = await ask(client, BRIEF, { conversationId, parentId })
    expect(resultsIn(bodies[1])).toEqual([
      [expect.stringContaining('probe.wait was stopped'), true],
      [NOT_EXECUTED, true],
    ])
    await ask(client, BRIEF, next.follow())
    expect(bodies[2].messages.slice(0, 3)).toEqual(bodies[1].messages)
    const { body } = await client.query('conversations.get', { conversationId })
    expect(JSON.stringify(body)).not.toContain(DECLINED)
  })

  test('of a question and the last decision at once, one is refused', async () => {
    const { server, calls } = await start()
    const client = await server.client()
    // Whichever is first has not ended when the other one comes.
    const chat = await ask(client, `${ADD} fault=hang round=1`)
    const send = question({ content: 'Next [[sim fault=hang]]', ...chat.follow() })
    const decision = { callId: chat.callId(), approve: true, runId: randomUUID() }
    const [sent, decided] = await Promise.all([
      client.call('chat.send', send),
      client.call('tools.decide', decision),
    ])
    expect([sent.status, decided.status].toSorted((a, b) => a - b)).toEqual([200, 409])
    await server.simulator.waitFor(({ open }) => open === 1)
    const { runId } = sent.status === 200 ? send : decision
    await client.call('runs.stop', { runId })
    await follow(client, runId)
    expect(calls).toHaveLength(decided.status === 200 ? 1 : 0)
  })

  test('while the answer goes on after a decision, the next question is refused', async () => {
    const { server } = await start()
    const client = await server.client()
    const chat = await ask(client, `${ADD} fault=hang round=1`)
    const runId = randomUUID()
    await decide(client, { callId: chat.callId(), approve: true, runId })
    const next = question({ content: `Next [[sim ${BRIEF}]]`, ...chat.follow() })
    expect((await client.call('chat.send', next)).status).toBe(409)
    await client.call('runs.stop', { runId })
    await follow(client, runId)
    expect((await client.call('chat.send', next)).status).toBe(200)
    await follow(client, next.runId)
  })

  test('a refused start leaves the decision unmade', async () => {
    const { server, calls } = await start({ MAX_RUNS_PER_OWNER: '1' })
    const client = await server.client()
    const chat = await ask(client, ADD)
    const call = { callId: chat.callId(), approve: true, runId: randomUUID() }
    const other = await server.start(client, 'long [[sim tokens=9999 tps=50]]')
    expect(await refused(client, call)).toBe('TOO_MANY_REQUESTS')
    expect(await chat.parts()).toMatchObject([{ state: 'waiting' }])
    await client.call('runs.stop', { runId: other })
    await follow(client, other)
    expect(await decide(client, call)).toEqual({ runId: call.runId })
    await follow(client, call.runId)
    expect(calls).toHaveLength(1)
  })

  test('a conversation that has as much text as can be read at once does not go on', async () => {
    const { server, calls, stored } = await start()
    const client = await server.client()
    const chat = await ask(client, ADD)
    const { db, close } = await stored.open(stored.url)
    onTestFinished(close)
    await db.execute(`
      update run set log = '[{"type":"text","text":"' || repeat('x', 20000000) || '"}]'
      where id = '${chat.runId}'`)
    const call = { callId: chat.callId(), approve: true, runId: randomUUID() }
    expect(await refused(client, call)).toBe('PAYLOAD_TOO_LARGE')
    expect(calls).toEqual([])
    await db.execute(`update run set log = '[]' where id = '${chat.runId}'`)
    expect(await decide(client, call)).toEqual({ runId: call.runId })
    await follow(client, call.runId)
  })

  test('another answer to the question leaves the calls waiting', async () => {
    const { server, calls } = await start()
    const client = await server.client()
    const chat = await ask(client, ADD)
    const again = randomUUID()
    await client.call('chat.regenerate', { runId: again, messageId: chat.messageId })
    await follow(client, again)
    const runId = randomUUID()
    expect(await decide(client, { callId: chat.callId(), approve: true, runId })).toEqual({ runId })
    await follow(client, runId)
    expect(calls).toHaveLength(1)
  })

  test('a decision can be made after a restart, at another server', async () => {
    const before = await start()
    const client = await before.server.client()
    const chat = await ask(client, MIXED)
    const [one, , two] = chat.callIds()
    await decide(client, { callId: one, approve: true, runId: randomUUID() })
    await before.server.close()
    const { server, calls, bodies } = await start({}, before.stored)
    const later = new WireClient(server.url, { cookie: client.cookie })
    const runId = randomUUID()
    expect(await decide(later, { callId: two, approve: true, runId })).toEqual({ runId })
    expect((await follow(later, runId)).terminal).toMatchObject({ stopReason: 'end_turn' })
    expect(calls.map(({ path }) => path)).toEqual(['probe.add', 'probe.add'])
    const [first, found, last] = resultsIn(bodies[0]).map(([output]) => output)
    expect(found).toBe('{"found":"about Eve"}')
    // Both were executed at once, in either order.
    expect(new Set([first, last])).toEqual(new Set(['{"count":1}', '{"count":2}']))
  })
})

interface Decision {
  readonly callId: string
  readonly approve: boolean
  readonly runId: string
}

async function decide(client: WireClient, decision: Decision): Promise<object> {
  const { status, body } = await client.call('tools.decide', decision)
  if (status !== 200) throw new Error(`tools.decide: ${status} ${JSON.stringify(body)}`)
  return body.result.data
}

async function refused(client: WireClient, decision: Decision): Promise<string> {
  const { body } = await client.call('tools.decide', decision)
  return body.error?.data.code
}

async function follow(client: WireClient, runId: string) {
  return collect(await client.events({ runId }))
}

/** Asks, waits for the end, and looks at the answer. */
async function ask(client: WireClient, directive: string, change: object = {}) {
  const input = question({ content: `prompt [[sim ${directive}]]`, ...change })
  const { status, body } = await client.call('chat.send', input)
  if (status !== 200) throw new Error(`chat.send: ${status} ${JSON.stringify(body)}`)
  const { conversationId, runId } = input
  const { terminal, events, text } = await follow(client, runId)
  const runs = async (): Promise<AnswerRun[]> => {
    const got = await client.query('conversations.get', { conversationId })
    return got.body.result.data.messages.find((message: any) => message.messageId === runId).runs
  }
  const parts = async (): Promise<ToolPart[]> => {
    let view: RunView = EMPTY_RUN_VIEW
    for (const run of await runs()) view = run.events.reduce(reduceRun, continueView(view))
    return view.parts.filter((part) => part.type === 'tool')
  }
  const callIds = events.flatMap((event) => (event.type === 'tool_call' ? [event.callId] : []))
  return {
    conversationId,
    runId,
    messageId: body.result.data.messageId,
    terminal,
    runs,
    /** The calls, as a page shows them. */
    parts,
    callIds: () => callIds as [string, string, string],
    callId: () => callIds[0] as string,
    textBlocks: () => (text === '' ? [] : [{ type: 'text', text }]),
    /** Of the next question. */
    follow: () => ({ conversationId, parentId: runId }),
  }
}

/** The results in the last message but the question: their output, and whether they are errors. */
function resultsIn({ messages }: any): [string, boolean | undefined][] {
  return messages
    .flatMap(({ content }: any) => (Array.isArray(content) ? content : []))
    .flatMap((block: any) => (block.type === 'tool_result' ? [[block.content, block.is_error]] : []))
}
