import { getEventListeners } from 'node:events'
import type { ServerResponse } from 'node:http'
import { mergeEvents, type RunEvent } from '@sluice/events'
import { expect, test } from 'vitest'
import { createClaude } from './claude.ts'
import type { AskOptions, ClaudeFailure } from './claude-options.ts'
import type { ClaudeRequest } from './claude-request.ts'
import { messageEvents, text, thinking, toolUse } from './testing/message.ts'
import { sse, type Upstream, upstream } from './testing/upstream.ts'
import type { DecidedCall, FinishedStep, RunTools, ToolCall, ToolResult } from './tools.ts'

const TOOLS = ['search', 'add'].map((name) => ({
  name: `shop__${name}`,
  description: name,
  input_schema: { type: 'object' as const },
}))
const REQUEST = {
  model: 'claude-opus-4-8',
  messages: [{ role: 'user' as const, content: 'What do I know of locks?' }],
  tools: TOOLS,
} satisfies ClaudeRequest
const UUID = expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/)
/** Of every answer below: 9 × $5 + 7 × $25, per million. */
const SPENT = {
  usage: { inputTokens: 9, outputTokens: 7, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: false },
  costUsd: 0.00022,
  model: 'claude-opus-4-8',
}
const times = (count: number) => ({
  usage: { ...SPENT.usage, inputTokens: 9 * count, outputTokens: 7 * count },
  costUsd: (220 * count) / 1_000_000,
  model: SPENT.model,
})
const STEP = { type: 'step', ...SPENT }

/** An upstream that answers with one of these after the other. */
async function answering(...answers: ReturnType<typeof messageEvents>[]): Promise<Upstream> {
  const server = await upstream((response) => {
    response
      .writeHead(200, { 'content-type': 'text/event-stream', 'request-id': `req_${server.requests.length}` })
      .end(sse(answers[server.requests.length - 1] ?? []))
  })
  return server
}

interface FakeTools extends RunTools {
  /** What happened, in order. */
  readonly did: string[]
  readonly saved: FinishedStep[]
}

/** Tools that succeed with their input, unless `change` says otherwise. `shop__add` asks first. */
function fakeTools(change: Partial<RunTools> = {}): FakeTools {
  const did: string[] = []
  const saved: FinishedStep[] = []
  return {
    did,
    saved,
    nameOf: (name) => name.replace('__', '.'),
    asksFirst: (name) => name === 'shop__add',
    async saveStep(step) {
      did.push('save')
      saved.push(step)
      await change.saveStep?.(step)
    },
    async execute(call, signal) {
      did.push(`execute ${call.toolUseId}`)
      return (await change.execute?.(call, signal)) ?? { ok: true, output: call.input }
    },
    async admitStep(usd) {
      did.push('admit')
      return (await change.admitStep?.(usd)) ?? true
    },
  }
}

interface Asking extends AskOptions {
  readonly signal?: AbortSignal
  readonly request?: ClaudeRequest
  readonly failures?: ClaudeFailure[]
}

/** The items of a source as they are pulled; `log` has all of those before. */
function ask(server: Upstream, { signal, request = REQUEST, failures, ...options }: Asking) {
  const log: RunEvent[] = [{ type: 'start', model: request.model, runId: 'run' }]
  const claude = createClaude({
    apiKey: 'k',
    baseUrl: server.url,
    idleMs: 60_000,
    maxRetryAfterMs: 10_000,
    ...(failures && { onFailure: (failure: ClaudeFailure) => failures.push(failure) }),
  })
  const source = claude.ask(
    request,
    options,
  )({
    runId: 'run',
    signal: signal ?? new AbortController().signal,
    events: async () => mergeEvents(log),
  })
  const iterator = source[Symbol.asyncIterator]()
  let items = 0
  return {
    log,
    items: () => items,
    async pull(): Promise<readonly RunEvent[] | undefined> {
      const { value, done } = await iterator.next()
      if (done === true) return undefined
      items++
      log.push(...value)
      return value
    },
    /** Pulls until the last event is of this type. */
    async pullTo(type: RunEvent['type']): Promise<void> {
      do {
        if ((await this.pull()) === undefined) throw new Error(`ended without ${type}`)
      } while (log.at(-1)?.type !== type)
    },
    async rest(): Promise<RunEvent[]> {
      while ((await this.pull()) !== undefined);
      return mergeEvents(log.slice(1))
    },
    close: () => iterator.return?.(),
  }
}

test('a tool is executed between two calls to Claude, and the events have their order', async () => {
  const first = [thinking('hm'), text('I look.'), toolUse('a', 'shop__search', { query: 'lock' })]
  await using server = await answering(
    messageEvents('tool_use', first),
    messageEvents('end_turn', [text('Two gates.')]),
  )
  const tools = fakeTools()
  const steps: unknown[] = []
  const run = ask(server, { tools, onStep: (step) => steps.push(step) })
  const events = await run.rest()
  const { callId } = events.find((event) => event.type === 'tool_call') ?? {}
  expect(events).toEqual([
    { type: 'thinking', text: 'hm' },
    { type: 'text', text: 'I look.' },
    { type: 'tool_call', callId: UUID, name: 'shop.search', by: 'server' },
    { type: 'tool_input', callId, text: '{"query":"lock"}' },
    STEP,
    { type: 'tool_state', callId, state: 'running' },
    { type: 'tool_result', callId, ok: true, output: '{"query":"lock"}' },
    { type: 'text', text: 'Two gates.' },
    STEP,
    { type: 'done', stopReason: 'end_turn', ...times(2) },
  ])
  expect(tools.did).toEqual(['save', 'execute a', 'admit'])
  expect(tools.saved).toEqual([
    {
      step: { ...SPENT, content: first, stopReason: 'tool_use', requestId: 'req_1' },
      calls: [{ callId, toolUseId: 'a', name: 'shop__search', input: '{"query":"lock"}' }],
      events: [{ type: 'start', model: 'claude-opus-4-8', runId: 'run' }, ...events.slice(0, 5)],
    },
  ])
  expect(steps).toEqual([
    { ...SPENT, content: [text('Two gates.')], stopReason: 'end_turn', requestId: 'req_2' },
  ])
  const [one, two] = server.requests.map(({ body }) => body)
  expect(one.tools).toEqual(TOOLS)
  expect(two).toEqual({
    ...one,
    messages: [
      ...REQUEST.messages,
      { role: 'assistant', content: first },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'a', content: '{"query":"lock"}' }],
      },
    ],
  })
})

const search = (id: string) => toolUse(id, 'shop__search', { id })
const add = (id: string) => toolUse(id, 'shop__add', { id })
const END = messageEvents('end_turn', [text('Done.')])
const calling = (...blocks: { type: string }[]) => messageEvents('tool_use', blocks)
/** What the second request has beyond the first. */
const added = (server: Upstream, request = 1) => server.requests[request]?.body.messages.slice(1)
const called = (id: string, output: string, rest = {}) => ({
  type: 'tool_result',
  tool_use_id: id,
  content: output,
  ...rest,
})

test('calls run at once; readers get results as they come, Claude in the order of its calls', async () => {
  const first = [search('a'), search('b'), search('c')]
  await using server = await answering(calling(...first), END)
  const finish = new Map<string, (result: ToolResult) => void>()
  const tools = fakeTools({
    execute: ({ toolUseId }) => new Promise((resolve) => finish.set(toolUseId, resolve)),
  })
  const run = ask(server, { tools })
  await run.pullTo('tool_state')
  const ids = run.log.flatMap((event) => (event.type === 'tool_call' ? [event.callId] : []))
  expect(run.log.slice(-3)).toEqual(ids.map((callId) => ({ type: 'tool_state', callId, state: 'running' })))
  expect(tools.did).toEqual(['save', 'execute a', 'execute b', 'execute c'])
  for (const [id, ok] of [
    ['c', true],
    ['a', false],
    ['b', true],
  ] as const) {
    const pulled = run.pull()
    finish.get(id)?.({ ok, output: `of ${id}` })
    const callId = ids['abc'.indexOf(id)]
    expect(await pulled).toEqual([{ type: 'tool_result', callId, ok, output: `of ${id}` }])
  }
  expect(server.requests).toHaveLength(1)
  await run.rest()
  expect(added(server)).toEqual([
    { role: 'assistant', content: first },
    {
      role: 'user',
      content: [called('a', 'of a', { is_error: true }), called('b', 'of b'), called('c', 'of c')],
    },
  ])
})

test('of fifty calls ten run at once, and each is executed once', async () => {
  const ids = Array.from({ length: 50 }, (_, index) => `call_${index}`)
  await using server = await answering(calling(...ids.map(search)), END)
  let running = 0
  let most = 0
  const tools = fakeTools({
    async execute({ toolUseId }) {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running--
      return { ok: true, output: toolUseId }
    },
  })
  const signal = new AbortController().signal
  const events = await ask(server, { tools, signal }).rest()
  expect(most).toBe(10)
  expect(tools.did).toEqual(['save', ...ids.map((id) => `execute ${id}`), 'admit'])
  expect(new Set(events.flatMap((event) => (event.type === 'tool_result' ? [event.callId] : []))).size).toBe(
    50,
  )
  expect(added(server)[1].content).toEqual(ids.map((id) => called(id, id)))
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('without a pull nothing is stored, executed or asked', async () => {
  await using server = await answering(calling(search('a')), END)
  const tools = fakeTools()
  const run = ask(server, { tools })
  const turns = async () => {
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  await run.pullTo('step')
  await turns()
  expect(tools.did).toEqual([])
  await run.pullTo('tool_result')
  await turns()
  expect(tools.did).toEqual(['save', 'execute a'])
  expect(server.requests).toHaveLength(1)
  await run.close()
})

test('a plain answer that arrives at once is one item, and touches no tool', async () => {
  await using server = await answering(END)
  const tools = fakeTools()
  const run = ask(server, { tools })
  expect(await run.pull()).toEqual([
    { type: 'text', text: 'Done.' },
    STEP,
    { type: 'done', stopReason: 'end_turn', ...SPENT },
  ])
  expect(await run.pull()).toBeUndefined()
  expect(tools.did).toEqual([])
})

test('calls that ask first end the run, after the others were executed', async () => {
  await using server = await answering(calling(search('a'), add('b'), search('c'), add('d')))
  const tools = fakeTools()
  const steps: unknown[] = []
  const run = ask(server, { tools, onStep: (step) => steps.push(step) })
  await run.rest()
  const ids = run.log.flatMap((event) => (event.type === 'tool_call' ? [event.callId] : []))
  const results = run.log.filter((event) => event.type === 'tool_result')
  expect(results.map(({ callId }) => ids.indexOf(callId))).toEqual([0, 2])
  expect(run.log.slice(-3)).toEqual([
    { type: 'tool_state', callId: ids[1], state: 'waiting' },
    { type: 'tool_state', callId: ids[3], state: 'waiting' },
    { type: 'done', stopReason: 'approval', ...SPENT },
  ])
  expect(tools.did).toEqual(['save', 'execute a', 'execute c'])
  expect(server.requests).toHaveLength(1)
  expect(steps).toEqual([])
})

test('when all calls ask first, the end comes with them', async () => {
  await using server = await answering(calling(add('a')))
  const run = ask(server, { tools: fakeTools() })
  let last: readonly RunEvent[] = []
  for (let item = await run.pull(); item !== undefined; item = await run.pull()) last = item
  expect(last).toMatchObject([
    { type: 'tool_state', state: 'waiting' },
    { type: 'done', stopReason: 'approval' },
  ])
})

const decided = (toolUseId: string, rest: Partial<DecidedCall>): DecidedCall => ({
  callId: `ours ${toolUseId}`,
  toolUseId,
  name: 'shop__add',
  input: '{}',
  approved: undefined,
  result: undefined,
  ...rest,
})

test('a run that goes on executes what was allowed, and tells Claude of all calls in their order', async () => {
  await using server = await answering(END)
  const first = [add('a'), search('b'), add('c')]
  const messages = [...REQUEST.messages, { role: 'assistant' as const, content: first }]
  const resume = [
    decided('a', { approved: true }),
    decided('b', { result: { ok: true, output: 'earlier' } }),
    decided('c', { approved: false }),
  ]
  const tools = fakeTools()
  const events = await ask(server, { tools, resume, request: { ...REQUEST, messages } }).rest()
  expect(events).toEqual([
    { type: 'tool_result', callId: 'ours c', ok: false, output: 'The person declined this call.' },
    { type: 'tool_state', callId: 'ours a', state: 'running' },
    { type: 'tool_result', callId: 'ours a', ok: true, output: '{}' },
    { type: 'text', text: 'Done.' },
    STEP,
    { type: 'done', stopReason: 'end_turn', ...SPENT },
  ])
  // The first call to Claude was admitted with the decision.
  expect(tools.did).toEqual(['execute a'])
  expect(added(server, 0)).toEqual([
    { role: 'assistant', content: first },
    {
      role: 'user',
      content: [
        called('a', '{}'),
        called('b', 'earlier'),
        called('c', 'The person declined this call.', { is_error: true }),
      ],
    },
  ])
})

test('a stop while a run that goes on executes its calls ends it with that pull', async () => {
  await using server = await answering(END)
  const stop = new AbortController()
  const tools = fakeTools({ execute: () => never() })
  const messages = [...REQUEST.messages, { role: 'assistant' as const, content: [add('a')] }]
  const resume = [decided('a', { approved: true })]
  const run = ask(server, { tools, resume, signal: stop.signal, request: { ...REQUEST, messages } })
  await run.pullTo('tool_state')
  const ended = run.rest()
  stop.abort('stopped')
  expect((await ended).at(-1)).toMatchObject({ type: 'done', stopReason: 'stopped', costUsd: 0 })
  expect(run.items()).toBe(2)
  expect(server.requests).toEqual([])
})

test('a run in which everything was declined or known asks Claude at its first or second pull', async () => {
  for (const call of [{ approved: false }, { result: { ok: true, output: 'earlier' } }]) {
    await using server = await answering(END)
    const messages = [...REQUEST.messages, { role: 'assistant' as const, content: [add('a')] }]
    const options = { tools: fakeTools(), resume: [decided('a', call)], request: { ...REQUEST, messages } }
    expect((await ask(server, options).rest()).at(-1)).toMatchObject({ type: 'done', stopReason: 'end_turn' })
  }
})

test('an answer that pauses is continued with its content unchanged', async () => {
  const found = {
    type: 'web_search_result',
    title: 'Locks',
    url: 'https://x',
    encrypted_content: 'E'.repeat(9),
  }
  const searched = { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'locks' } }
  const paused = [thinking('hm'), text('I search.'), searched]
  const result = { type: 'web_search_tool_result', tool_use_id: 's', content: [found] }
  await using server = await answering(
    messageEvents('pause_turn', paused),
    messageEvents('end_turn', [result, text('Found.')]),
  )
  const tools = fakeTools()
  const events = await ask(server, { tools }).rest()
  expect(tools.did).toEqual(['save', 'admit'])
  expect(tools.saved).toMatchObject([{ calls: [], step: { content: paused, stopReason: 'pause_turn' } }])
  expect(added(server)).toEqual([{ role: 'assistant', content: paused }])
  const { callId } = events.find((event) => event.type === 'tool_call') ?? {}
  expect(events.filter(({ type }) => type.startsWith('tool_'))).toEqual([
    { type: 'tool_call', callId: UUID, name: 'web_search', by: 'claude' },
    { type: 'tool_input', callId, text: '{"query":"locks"}' },
    { type: 'tool_state', callId, state: 'running' },
    {
      type: 'tool_result',
      callId,
      ok: true,
      output: '[{"type":"web_search_result","title":"Locks","url":"https://x"}]',
    },
  ])
  expect(events.at(-1)).toEqual({ type: 'done', stopReason: 'end_turn', ...times(2) })
})

test('a run makes twenty calls to Claude, and executes the tools of the last one', async () => {
  const answers = Array.from({ length: 21 }, (_, index) => calling(search(`call_${index}`)))
  await using server = await answering(...answers)
  const tools = fakeTools()
  const events = await ask(server, { tools }).rest()
  expect(server.requests).toHaveLength(20)
  expect(tools.did.filter((what) => what.startsWith('execute'))).toHaveLength(20)
  expect(events.at(-2)).toMatchObject({ type: 'tool_result' })
  expect(events.at(-1)).toEqual({ type: 'done', stopReason: 'step_limit', ...times(20) })
})

test('more than a hundred calls in one answer are not executed', async () => {
  const calls = (count: number) => Array.from({ length: count }, (_, index) => search(`call_${index}`))
  await using server = await answering(calling(...calls(100)), calling(...calls(101)))
  const [tools, failures, steps] = [fakeTools(), [] as ClaudeFailure[], [] as unknown[]]
  const events = await ask(server, { tools, failures, onStep: (step) => steps.push(step) }).rest()
  expect(events.at(-1)).toMatchObject({
    type: 'error',
    code: 'internal',
    message: 'Claude made 101 calls of tools at once. At most 100 are allowed, and none was executed.',
    ...times(2),
  })
  expect(tools.saved).toHaveLength(1)
  expect(tools.did.filter((what) => what.startsWith('execute'))).toHaveLength(100)
  expect(failures).toMatchObject([{ reason: 'an answer with 101 calls' }])
  expect(steps).toHaveLength(1)
})

test.each([
  [0.000_44, 2],
  [0.000_45, 3],
  [0, 1],
])('with a limit of $%d, a run makes %i calls to Claude', async (maxUsd, calls) => {
  const answers = Array.from({ length: 4 }, (_, index) => calling(search(`call_${index}`)))
  await using server = await answering(...answers)
  const events = await ask(server, { tools: fakeTools(), maxUsd }).rest()
  expect(server.requests).toHaveLength(calls)
  expect(events.at(-2)).toMatchObject({ type: 'tool_result' })
  expect(events.at(-1)).toEqual({ type: 'done', stopReason: 'budget', ...times(calls) })
})

test('before each further call its cost is admitted, or the run ends', async () => {
  const answers = Array.from({ length: 3 }, (_, index) => calling(search(`call_${index}`)))
  await using server = await answering(...answers)
  const asked: { spent: number; next: number }[] = []
  const tools = fakeTools({ admitStep: async (usd) => asked.push(usd) < 2 })
  const request = { ...REQUEST, maxTokens: 1000 }
  const events = await ask(server, { tools, request }).rest()
  expect(asked.map(({ spent }) => spent)).toEqual([0.000_22, 0.000_44])
  // 1000 × $25 per million, and what grows: the prompt.
  const [first, second] = asked.map(({ next }) => next)
  expect(first).toBeGreaterThan(0.025)
  expect(second).toBeGreaterThan(first ?? 0)
  expect(server.requests).toHaveLength(2)
  expect(events.at(-1)).toEqual({ type: 'done', stopReason: 'budget', ...times(2) })
})

const broken = async () => {
  throw new Error('secret details')
}
test.each([
  ['a step could not be stored', { saveStep: broken }, ['save'], 1],
  ['a call could not be recorded', { execute: broken }, ['save', 'execute a'], 0],
  ['a budget could not be checked', { admitStep: broken }, ['save', 'execute a', 'admit'], 0],
])('when %s, nothing follows, and the error has the sums', async (reason, change, did, unsaved) => {
  await using server = await answering(calling(search('a')), END)
  const [tools, failures, steps] = [fakeTools(change), [] as ClaudeFailure[], [] as unknown[]]
  const events = await ask(server, { tools, failures, onStep: (step) => steps.push(step) }).rest()
  expect(events.at(-1)).toEqual({
    type: 'error',
    code: 'unavailable',
    message: 'The answer could not be stored. Try again in a moment.',
    retryable: true,
    ...SPENT,
  })
  expect(failures).toMatchObject([{ runId: 'run', code: 'unavailable', reason }])
  expect(tools.did).toEqual(did)
  expect(server.requests).toHaveLength(1)
  // What is not stored yet can be stored with the end.
  expect(steps).toHaveLength(unsaved)
})

test('a log that cannot be read before a step is stored is a failure to store it', async () => {
  await using server = await answering(calling(search('a')))
  const claude = createClaude({ apiKey: 'k', baseUrl: server.url, idleMs: 60_000, maxRetryAfterMs: 10_000 })
  const tools = fakeTools()
  const { signal } = new AbortController()
  const events: RunEvent[] = []
  for await (const item of claude.ask(REQUEST, { tools })({ runId: 'run', signal, events: broken })) {
    events.push(...item)
  }
  expect(events.at(-1)).toMatchObject({ type: 'error', code: 'unavailable' })
  expect(tools.did).toEqual([])
})

const never = () => new Promise<never>(() => {})
/** What holds the run up, what was begun by then, and whether the step still has to be stored. */
test.each<[string, Partial<RunTools>, string[], number]>([
  ['a step is stored', { saveStep: never }, ['save'], 1],
  ['a tool ignores it', { execute: never }, ['save', 'execute a'], 0],
  ['a budget is checked', { admitStep: never }, ['save', 'execute a', 'admit'], 0],
])('a stop while %s ends the run with that pull', async (_what, change, did, unsaved) => {
  await using server = await answering(calling(search('a')), END)
  const stop = new AbortController()
  let signalOfTool: AbortSignal | undefined
  const tools = fakeTools({
    execute: async (_call, signal) => {
      signalOfTool = signal
      return { ok: true, output: '' }
    },
    ...change,
  })
  const steps: unknown[] = []
  const run = ask(server, { tools, signal: stop.signal, onStep: (step) => steps.push(step) })
  const ended = run.rest()
  while (tools.did.length < did.length) await new Promise((resolve) => setImmediate(resolve))
  const items = run.items()
  stop.abort('stopped')
  await ended
  expect(run.items()).toBe(items + 1)
  expect(run.log.at(-1)).toEqual({ type: 'done', stopReason: 'stopped', ...SPENT })
  expect(tools.did).toEqual(did)
  expect(server.requests).toHaveLength(1)
  expect(steps).toHaveLength(unsaved)
  expect(signalOfTool?.aborted ?? true).toBe(true)
  expect(getEventListeners(stop.signal, 'abort')).toEqual([])
  await run.close()
})

test('a stop after a step and before the next pull stores and executes nothing', async () => {
  await using server = await answering(calling(search('a')), END)
  const stop = new AbortController()
  const [tools, steps] = [fakeTools(), [] as unknown[]]
  const run = ask(server, { tools, signal: stop.signal, onStep: (step) => steps.push(step) })
  await run.pullTo('step')
  stop.abort('stopped')
  expect(await run.pull()).toEqual([{ type: 'done', stopReason: 'stopped', ...SPENT }])
  expect([tools.did, steps.length]).toEqual([[], 1])
})

test('a stop tells of the results that were there, and of no others', async () => {
  await using server = await answering(calling(search('a'), search('b')))
  const stop = new AbortController()
  const tools = fakeTools({ execute: ({ toolUseId }) => (toolUseId === 'b' ? never() : Promise.resolve(OK)) })
  const run = ask(server, { tools, signal: stop.signal })
  await run.pullTo('tool_state')
  await new Promise((resolve) => setImmediate(resolve))
  stop.abort('stopped')
  expect(await run.pull()).toMatchObject([{ type: 'tool_result' }, { type: 'done', stopReason: 'stopped' }])
})

const OK: ToolResult = { ok: true, output: 'ok' }

test('a stop or a failure in a later call has the sums of all calls', async () => {
  const begun = messageEvents('end_turn', [text('I be')]).slice(0, -3)
  const failure = { type: 'error', error: { type: 'overloaded_error' } }
  for (const [rest, end] of [
    [[], { type: 'done', stopReason: 'stopped' }],
    [[failure], { type: 'error', code: 'overloaded' }],
  ] as const) {
    const stop = new AbortController()
    await using server = await upstream((response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      if (server.requests.length === 1) response.end(sse(calling(search('a'))))
      else response.write(sse([...begun, ...rest]))
    })
    const run = ask(server, { tools: fakeTools(), signal: stop.signal })
    await run.pullTo('text')
    if (rest.length === 0) stop.abort('stopped')
    const last = (await run.rest()).at(-1)
    // The second call's output is estimated from its four characters.
    const usage = { ...SPENT.usage, inputTokens: 18, outputTokens: 8, estimated: true }
    expect(last).toMatchObject({ ...end, usage, costUsd: 0.000_29, model: SPENT.model })
    expect(getEventListeners(stop.signal, 'abort')).toEqual([])
  }
})

test('a later call that never began leaves the sums of those before', async () => {
  await using server = await upstream((response) => {
    if (server.requests.length > 1) response.writeHead(500).end('{}')
    else response.writeHead(200, { 'content-type': 'text/event-stream' }).end(sse(calling(search('a'))))
  })
  const events = await ask(server, { tools: fakeTools() }).rest()
  expect(events.at(-1)).toMatchObject({ type: 'error', code: 'internal', ...SPENT })
})

test('the cost of a run is not known when that of one call is not; budgets count it all the same', async () => {
  const message = { model: 'claude-of-tomorrow', usage: {} }
  const unknown = [{ type: 'message_start', message }, ...calling(search('a')).slice(1)]
  await using server = await answering(unknown, END)
  const asked: number[] = []
  const tools = fakeTools({ admitStep: async ({ spent }) => asked.push(spent) > 0 })
  const events = await ask(server, { tools }).rest()
  expect(events.at(-1)).toMatchObject({ type: 'done', costUsd: null, model: SPENT.model })
  expect(asked[0]).toBeGreaterThan(0)
})

test('a call by a name that no tool has is executed as the others are: its tool says so', async () => {
  await using server = await answering(calling(toolUse('a', 'made_up')), END)
  const calls: ToolCall[] = []
  const tools = fakeTools({
    async execute(call) {
      calls.push(call)
      return { ok: false, output: 'There is no tool made_up.' }
    },
  })
  const events = await ask(server, { tools }).rest()
  expect(calls).toEqual([{ callId: UUID, toolUseId: 'a', name: 'made_up', input: '{}' }])
  expect(events).toContainEqual({ type: 'tool_input', callId: calls[0]?.callId, text: '{}' })
  expect(added(server)[1].content).toEqual([called('a', 'There is no tool made_up.', { is_error: true })])
})

test('no call is executed when Claude ran out of tokens in one, and the one that is cut off is not kept', async () => {
  const cut = messageEvents('max_tokens', [search('a'), add('b')])
  const lastPiece = cut.findLastIndex((event) => event.type === 'content_block_delta')
  await using server = await answering(cut.filter((_, index) => index !== lastPiece))
  const [tools, steps] = [fakeTools(), [] as unknown[]]
  const events = await ask(server, { tools, onStep: (step) => steps.push(step) }).rest()
  expect(events.at(-1)).toEqual({ type: 'done', stopReason: 'max_tokens', ...SPENT })
  expect(tools.did).toEqual([])
  expect(steps).toMatchObject([{ content: [search('a')], stopReason: 'max_tokens' }])
})

test.each([
  ['there are no tools', calling(search('a')), {}],
  ['message_stop is missing', calling(search('a')).slice(0, -1), { tools: fakeTools() }],
  ['no call can be read', calling({ ...search('a'), input: [] } as never), { tools: fakeTools() }],
])('when %s, a stop for tools is the end', async (_why, answer, options) => {
  await using server = await answering(answer)
  const events = await ask(server, options).rest()
  expect(events.at(-1)).toMatchObject({ type: 'done', stopReason: 'tool_use' })
  expect(server.requests).toHaveLength(1)
})

test('input that is cut off counts in the estimate of the output', async () => {
  await using server = await answering(
    calling(toolUse('a', 'shop__add', { text: 'x'.repeat(29) })).slice(0, -3),
  )
  const events = await ask(server, { tools: fakeTools() }).rest()
  // 40 characters of JSON, at four per token.
  expect(events.at(-1)).toMatchObject({ type: 'error', usage: { outputTokens: 10, estimated: true } })
})

test('a refusal says why, in one short line', async () => {
  const explanation = `It could\n\u0000do \u202eharm. ${'x'.repeat(600)}`
  const stopDetails = { type: 'refusal', category: 'general_harms', explanation }
  await using server = await answering(messageEvents('refusal', [text('I')], { stopDetails }))
  const events = await ask(server, { tools: fakeTools() }).rest()
  const { message = '' } = events.find((event) => event.type === 'error') ?? {}
  expect(events).toMatchObject([
    { type: 'text' },
    STEP,
    { type: 'error', code: 'refused', retryable: false, ...SPENT },
  ])
  expect(message).toMatch(
    /^Claude declined to answer this\. It could do harm\. x+… \(Category: general harms\.\)$/,
  )
  expect(message.length).toBeLessThan(570)
})

test.each([null, {}, { category: 7, explanation: [] }])(
  'a refusal with details %j has the usual words',
  async (details) => {
    await using server = await answering(messageEvents('refusal', [], { stopDetails: details }))
    const events = await ask(server, {}).rest()
    expect(events.at(-1)).toMatchObject({ code: 'refused', message: 'Claude declined to answer this.' })
  },
)
