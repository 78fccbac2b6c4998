import { getEventListeners, once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { mergeEvents, type RunEvent } from '@sluice/events'
import { expect, test, vi } from 'vitest'
import { createClaude } from './claude.ts'
import type { ClaudeFailure } from './claude-options.ts'
import type { ClaudeRequest } from './claude-request.ts'
import { sse, upstream } from './testing/upstream.ts'

const LIMITS = { idleMs: 60_000, maxRetryAfterMs: 10_000 }
const REQUEST = {
  model: 'claude-opus-4-8',
  messages: [{ role: 'user' as const, content: 'Why do locks have gates?' }],
}
const RUN_ID = 'run'
const runWith = (signal: AbortSignal) => ({ runId: RUN_ID, signal, events: async () => [] })

async function all(source: AsyncIterable<readonly RunEvent[]>): Promise<RunEvent[]> {
  const events: RunEvent[] = []
  for await (const batch of source) events.push(...batch)
  return mergeEvents(events)
}

const START = {
  type: 'message_start',
  message: { model: 'claude-opus-4-8-20260528', usage: { input_tokens: 9, output_tokens: 1 } },
}
const delta = (text: string) => ({
  type: 'content_block_delta',
  index: 0,
  delta: { type: 'text_delta', text },
})
const END = [
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 7 } },
  { type: 'message_stop' },
]

test('the request asks for summarised thinking, automatic caching and the given effort, with our key alone', async () => {
  await using server = await upstream((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' }).end(sse([START, ...END]))
  })
  const claude = createClaude({ apiKey: 'given', baseUrl: server.url, ...LIMITS })
  const ask = claude.ask({ ...REQUEST, system: 'Be brief.', maxTokens: 99, effort: 'low' })
  await all(ask(runWith(new AbortController().signal)))
  expect(server.requests).toHaveLength(1)
  expect(server.requests[0]?.body).toEqual({
    model: 'claude-opus-4-8',
    messages: REQUEST.messages,
    system: 'Be brief.',
    max_tokens: 99,
    stream: true,
    thinking: { type: 'adaptive', display: 'summarized' },
    cache_control: { type: 'ephemeral' },
    output_config: { effort: 'low' },
  })
  const { authorization, 'x-api-key': key } = server.requests[0]?.headers ?? {}
  expect([authorization, key].filter(Boolean).join()).toMatch(/given$/)
})

const QUESTION_WITH_FILE: ClaudeRequest = {
  ...REQUEST,
  messages: [
    {
      role: 'user',
      content: [
        { type: 'image', attachmentId: 'a', name: 'a.png', size: 3 },
        { type: 'document', attachmentId: 'b', name: 'b.pdf', size: 3 },
        { type: 'image', attachmentId: 'a', name: 'a.png', size: 3 },
        { type: 'text', text: 'Why?' },
      ],
    },
  ],
}

test('files are loaded once each when the call is made, and sent as base64', async () => {
  await using server = await upstream((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' }).end(sse([START, ...END]))
  })
  const loaded: string[] = []
  const source = createClaude({ apiKey: 'k', baseUrl: server.url, ...LIMITS }).ask(QUESTION_WITH_FILE, {
    loadFile: async (id) => {
      loaded.push(id)
      return { mediaType: id === 'a' ? 'image/png' : 'application/pdf', bytes: Buffer.from(`${id}\0\xff`) }
    },
  })
  const answer = source(runWith(new AbortController().signal))
  expect(loaded).toEqual([])
  await all(answer)
  expect(loaded).toEqual(['a', 'b'])
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'YQDDvw==' } }
  const document = {
    type: 'document',
    source: { type: 'base64', media_type: 'application/pdf', data: 'YgDDvw==' },
  }
  expect(server.requests[0]?.body['messages']).toEqual([
    { role: 'user', content: [image, document, image, { type: 'text', text: 'Why?' }] },
  ])
})

test('a file that cannot be loaded is an error of ours, and Claude is not called', async () => {
  await using server = await upstream((response) => response.destroy())
  const failures: ClaudeFailure[] = []
  const claude = createClaude({
    apiKey: 'k',
    baseUrl: server.url,
    ...LIMITS,
    onFailure: (failure) => failures.push(failure),
  })
  const source = claude.ask(QUESTION_WITH_FILE, {
    loadFile: async () => {
      throw new Error('gone')
    },
  })
  const events = await all(source(runWith(new AbortController().signal)))
  expect(events).toMatchObject([{ type: 'error', code: 'unavailable', retryable: true }])
  expect(failures).toMatchObject([{ code: 'unavailable', reason: 'a file could not be loaded' }])
  expect(server.requests).toEqual([])
})

test('no request is made before the first pull', async () => {
  await using server = await upstream((response) => response.destroy())
  const source = createClaude({ apiKey: 'k', baseUrl: server.url, ...LIMITS }).ask(REQUEST)
  const iterator = source(runWith(new AbortController().signal))[Symbol.asyncIterator]()
  await iterator.return?.()
  expect(server.requests).toEqual([])
})

test('any chunking of the body gives the same events, and one text event per read', async () => {
  const words = 'Ein Tor 🚪 hält das Wasser – 水门 – zurück. '.repeat(3)
  const whole = Buffer.from(sse([START, ...Array.from(words, delta), { type: 'ping' }, ...END]))
  for (const size of [1, 2, 3, 7, 64, 1000, whole.length]) {
    await using server = await upstream(async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (let at = 0; at < whole.length; at += size) {
        if (!response.write(whole.subarray(at, at + size))) await once(response, 'drain')
      }
      response.end()
    })
    const source = createClaude({ apiKey: 'k', baseUrl: server.url, ...LIMITS }).ask(REQUEST)
    const events = await all(source(runWith(new AbortController().signal)))
    const spent = {
      usage: { inputTokens: 9, outputTokens: 7, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: false },
      costUsd: 0.00022,
      model: 'claude-opus-4-8-20260528',
    }
    expect(events).toEqual([
      { type: 'text', text: words },
      { type: 'step', ...spent },
      { type: 'done', stopReason: 'end_turn', ...spent },
    ])
  }
})

/** What a stream with this body comes to. `lost`: its connection drops, instead of the body ending. */
async function answerTo(body: string, { lost = false } = {}): Promise<RunEvent[]> {
  await using server = await upstream((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (lost) response.write(body, () => response.destroy())
    else response.end(body)
  })
  const source = createClaude({ apiKey: 'k', baseUrl: server.url, ...LIMITS }).ask(REQUEST)
  return await all(source(runWith(new AbortController().signal)))
}

const STEP = expect.objectContaining({ type: 'step' })
const REPORTED = { inputTokens: 9, outputTokens: 7, estimated: false }
const ended = (stop_reason: string) => ({
  type: 'message_delta',
  delta: { stop_reason },
  usage: { output_tokens: 7 },
})

test.each([
  ['the body ends', '', false],
  ['the connection is lost', '', true],
  ['an error follows', sse([{ type: 'error', error: { type: 'overloaded_error' } }]), false],
  ['a broken event follows', 'event: message_stop\ndata: {"type":"mess\n\n', false],
])('what Claude had said of the end stays the end when %s before message_stop', async (_how, rest, lost) => {
  for (const stopReason of ['end_turn', 'max_tokens', 'tool_use']) {
    const said = sse([START, delta('said'), ended(stopReason)])
    expect(await answerTo(said + rest, { lost })).toEqual([
      { type: 'text', text: 'said' },
      STEP,
      expect.objectContaining({ type: 'done', stopReason, usage: expect.objectContaining(REPORTED) }),
    ])
  }
  const refused = sse([START, delta('said'), ended('refusal')])
  expect(await answerTo(refused + rest, { lost })).toEqual([
    { type: 'text', text: 'said' },
    STEP,
    expect.objectContaining({ type: 'error', code: 'refused', usage: expect.objectContaining(REPORTED) }),
  ])
})

test.each([
  ['end_turn', { type: 'done', stopReason: 'end_turn' }],
  ['refusal', { type: 'error', code: 'refused' }],
  // It was to be followed by another call.
  ['tool_use', { type: 'done', stopReason: 'stopped' }],
])('an abort after Claude has said %s has its end, and the usage as reported', async (reason, end) => {
  await using server = await upstream((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(sse([START, delta('said'), ended(reason)]))
  })
  const run = new AbortController()
  const claude = createClaude({ apiKey: 'k', baseUrl: server.url, ...LIMITS })
  const source = claude.ask(REQUEST)(runWith(run.signal))[Symbol.asyncIterator]()
  expect((await source.next()).value).toEqual([{ type: 'text', text: 'said' }])
  run.abort('stopped')
  expect((await source.next()).value).toMatchObject([{ type: 'step' }, { ...end, usage: REPORTED }])
  expect((await source.next()).done).toBe(true)
})

const start = (id: string | undefined) => ({ ...START, message: { ...START.message, id } })

test('a second message in one stream is an error, after the text of the first', async () => {
  for (const [first, second] of [
    [[start('one'), delta('said')], start('two')],
    [[start('one'), delta('said'), ended('end_turn')], start('two')],
    [[start(undefined), delta('said')], start(undefined)],
  ] as const) {
    const events = await answerTo(sse([...first, second, delta('again'), ...END]))
    expect(events).toEqual([
      { type: 'text', text: 'said' },
      expect.objectContaining({ type: 'error', code: 'upstream_interrupted', retryable: true }),
    ])
  }
})

test('a repeated message_start of the same message is ignored, and so is everything after message_stop', async () => {
  const again = [start('one'), delta('said'), start('one'), ended('end_turn'), start('one')]
  for (const events of [
    [...again, { type: 'message_stop' }],
    [start('one'), delta('said'), ...END, start('two'), delta('again'), ...END],
  ]) {
    expect(await answerTo(sse(events))).toEqual([
      { type: 'text', text: 'said' },
      STEP,
      expect.objectContaining({ type: 'done', usage: expect.objectContaining(REPORTED) }),
    ])
  }
})

test('an answer that ends without a stop reason has ended all the same', async () => {
  expect(await answerTo(sse([START, delta('said'), { type: 'message_stop' }]))).toEqual([
    { type: 'text', text: 'said' },
    STEP,
    expect.objectContaining({ type: 'done', stopReason: 'end_turn' }),
  ])
})

test('null, empty and unknown fields and events are ignored', async () => {
  const { model } = START.message
  const odd = (fields: object) => ({ type: 'content_block_delta', index: 0, delta: fields })
  const events = await answerTo(
    sse([
      { type: 'message_start', message: { id: 'one', model, usage: null } },
      { type: 'content_block_start', index: 0, content_block: { type: 'hologram', text: 'unseen' } },
      odd({ type: 'hologram_delta', text: 'unseen' }),
      odd({ type: 'text_delta', text: null, thinking: null }),
      odd({ type: 'text_delta', text: '' }),
      odd({ type: 'signature_delta', signature: 'x' }),
      odd({ type: 'text_delta', text: '\n\n' }),
      { type: 'message_delta', delta: { stop_reason: null }, usage: null },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        usage: { input_tokens: 9, output_tokens: 7, cache_read_input_tokens: null },
      },
      { type: 'message_stop' },
    ]),
  )
  expect(events).toEqual([
    { type: 'text', text: '\n\n' },
    STEP,
    expect.objectContaining({ type: 'done', usage: expect.objectContaining(REPORTED), model }),
  ])
})

test('text in the same read as the error that breaks the stream is yielded first', async () => {
  for (const [broken, code] of [
    ['event: error\ndata: {"type":"error","error":{"type":"overloaded_error"}}\n\n', 'overloaded'],
    ['event: content_block_delta\ndata: {"type":"content_block_del\n\n', 'upstream_interrupted'],
    [
      'event: content_block_delta\ndata: {"type":"content_block_delta","delta":7}\n\n',
      'upstream_interrupted',
    ],
  ] as const) {
    await using server = await upstream((response) => {
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(sse([START, delta('said')]) + broken)
    })
    const source = createClaude({ apiKey: 'k', baseUrl: server.url, ...LIMITS }).ask(REQUEST)
    const events = await all(source(runWith(new AbortController().signal)))
    expect(events).toEqual([{ type: 'text', text: 'said' }, expect.objectContaining({ type: 'error', code })])
    // The usage so far is reported or estimated.
    expect(events.at(-1)).toMatchObject({ usage: { inputTokens: 9, outputTokens: 1, estimated: true } })
    expect(events.at(-1)).toMatchObject({ costUsd: expect.any(Number), model: START.message.model })
  }
})

test('an abort ends with the usage so far, closes the socket, and leaves no listener on the signal', async () => {
  let closed: Promise<unknown> | undefined
  await using server = await upstream((response) => {
    closed = once(response, 'close')
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(sse([START, delta('said')]))
  })
  const claude = createClaude({ apiKey: 'k', baseUrl: server.url, ...LIMITS })
  const run = new AbortController()
  const events: RunEvent[] = []
  for await (const batch of claude.ask(REQUEST)(runWith(run.signal))) {
    events.push(...batch)
    run.abort('stopped')
  }
  expect(events.at(-1)).toMatchObject({ type: 'done', stopReason: 'stopped', usage: { estimated: true } })
  await closed
  expect(getEventListeners(run.signal, 'abort')).toEqual([])
})

/** Reads until the answer says how it ended, and then leaves, whether or not the body has ended too. */
async function untilTerminal(source: AsyncIterable<readonly RunEvent[]>): Promise<RunEvent | undefined> {
  for await (const batch of source) {
    const last = batch.at(-1)
    if (last?.type === 'done' || last?.type === 'error') return last
  }
  return undefined
}

test('the connection of a complete answer is reused, though its body ends later', async () => {
  const answered: ServerResponse[] = []
  await using server = await upstream((response) => {
    response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .write(sse([START, delta('said'), ...END]))
    answered.push(response)
  })
  const claude = createClaude({ apiKey: 'k', baseUrl: server.url, ...LIMITS })
  for (let asked = 0; asked < 3; asked++) {
    const source = claude.ask(REQUEST)(runWith(new AbortController().signal))
    expect(await untilTerminal(source)).toMatchObject({ type: 'done', stopReason: 'end_turn' })
    await new Promise<void>((resolve) => answered.at(-1)?.end(resolve))
    // Enough turns of the event loop to read the end.
    for (let turn = 0; turn < 20; turn++) await nextTurn()
  }
  expect(server.requests).toHaveLength(3)
  expect(server.connections()).toBe(1)
})

test('the connection of a complete answer whose body never ends is closed after a second', async () => {
  const answered: ServerResponse[] = []
  await using server = await upstream((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(sse([START, ...END]))
    answered.push(response)
  })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  try {
    const claude = createClaude({ apiKey: 'k', baseUrl: server.url, ...LIMITS })
    const source = claude.ask(REQUEST)(runWith(new AbortController().signal))
    expect(await untilTerminal(source)).toMatchObject({ type: 'done' })
    await vi.advanceTimersByTimeAsync(999)
    for (let turn = 0; turn < 20; turn++) await nextTurn()
    expect(answered[0]?.destroyed).toBe(false)
    const closed = once(answered[0] as ServerResponse, 'close')
    await vi.advanceTimersByTimeAsync(1)
    await closed
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

test('a complete answer stays complete when its connection is reset', async () => {
  const answered: ServerResponse[] = []
  await using server = await upstream((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(sse([START, ...END]))
    answered.push(response)
  })
  const claude = createClaude({ apiKey: 'k', baseUrl: server.url, ...LIMITS })
  const ask = () => claude.ask(REQUEST)(runWith(new AbortController().signal))
  expect(await untilTerminal(ask())).toMatchObject({ type: 'done' })
  const closed = once(answered[0] as ServerResponse, 'close')
  answered[0]?.socket?.resetAndDestroy()
  await closed
  for (let turn = 0; turn < 20; turn++) await nextTurn()
  // An unhandled error event would end the process, and this test.
  expect(await untilTerminal(ask())).toMatchObject({ type: 'done' })
  answered[1]?.end()
})

test.each([
  ['is stopped', '', 'done'],
  ['fails', sse([{ type: 'error', error: { type: 'overloaded_error' } }]), 'error'],
])('the connection of an answer that %s is closed at once', async (_how, rest, type) => {
  const closed: Promise<unknown>[] = []
  await using server = await upstream((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(sse([START, delta('said')]) + rest)
    closed.push(once(response, 'close'))
  })
  const run = new AbortController()
  // The clock is stopped: nothing here may depend on it.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  try {
    const claude = createClaude({ apiKey: 'k', baseUrl: server.url, ...LIMITS })
    const source = claude.ask(REQUEST)(runWith(run.signal))[Symbol.asyncIterator]()
    expect((await source.next()).value).toEqual([{ type: 'text', text: 'said' }])
    if (rest === '') run.abort('stopped')
    expect((await source.next()).value).toMatchObject([{ type }])
    void source.return?.()
    await closed[0]
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

test('an abort before the first pull makes no request', async () => {
  await using server = await upstream((response) => response.destroy())
  const source = createClaude({ apiKey: 'k', baseUrl: server.url, ...LIMITS }).ask(REQUEST)
  const events = await all(source(runWith(AbortSignal.abort('stopped'))))
  // 24 characters of prompt, at four per token.
  expect(events).toEqual([expect.objectContaining({ type: 'done', stopReason: 'stopped' })])
  expect(events[0]).toMatchObject({ usage: { inputTokens: 6, outputTokens: 0, estimated: true } })
  expect(server.requests).toEqual([])
})

test('a request whose connection is lost before the headers is not retried: it may have been paid for', async () => {
  await using server = await upstream((response) => response.destroy())
  const failures: ClaudeFailure[] = []
  const claude = createClaude({
    apiKey: 'k',
    baseUrl: server.url,
    ...LIMITS,
    onFailure: (failure) => failures.push(failure),
  })
  const events = await all(claude.ask(REQUEST)(runWith(new AbortController().signal)))
  expect(events).toEqual([
    expect.objectContaining({ type: 'error', code: 'upstream_interrupted', retryable: true }),
  ])
  expect(server.requests).toHaveLength(1)
  expect(failures).toMatchObject([{ runId: RUN_ID, code: 'upstream_interrupted' }])
})

test('a retry-after beyond the limit is not waited for', async () => {
  await using server = await upstream((response) => {
    response.writeHead(429, {
      'content-type': 'application/json',
      'retry-after': '86400',
      'request-id': 'req_1',
    })
    response.end('{"type":"error","error":{"type":"rate_limit_error","message":"secret details"}}')
  })
  const failures: ClaudeFailure[] = []
  const claude = createClaude({
    apiKey: 'k',
    baseUrl: server.url,
    ...LIMITS,
    onFailure: (failure) => failures.push(failure),
  })
  const events = await all(claude.ask(REQUEST)(runWith(new AbortController().signal)))
  expect(events).toMatchObject([{ type: 'error', code: 'rate_limited' }])
  expect(server.requests).toHaveLength(1)
  expect(failures).toEqual([
    { runId: RUN_ID, code: 'rate_limited', requestId: 'req_1', status: 429, reason: 'RateLimitError' },
  ])
  expect(JSON.stringify([events, failures])).not.toContain('secret details')
})

test.each([
  ['retry-after-ms', '20', 20],
  ['retry-after', '0.02', 20],
])('a %s of %s is waited for up to its last ms, and not beyond', async (header, value, ms) => {
  for (const [maxRetryAfterMs, asked] of [
    [ms, 2],
    [ms - 1, 1],
  ] as const) {
    await using server = await upstream((response) => {
      if (server.requests.length === 1) response.writeHead(529, { [header]: value }).end('{}')
      else response.writeHead(200, { 'content-type': 'text/event-stream' }).end(sse([START, ...END]))
    })
    const claude = createClaude({ apiKey: 'k', baseUrl: server.url, ...LIMITS, maxRetryAfterMs })
    const events = await all(claude.ask(REQUEST)(runWith(new AbortController().signal)))
    expect(events.at(-1)?.type).toBe(asked === 2 ? 'done' : 'error')
    expect(server.requests).toHaveLength(asked)
  }
})

test('the limit also applies to a retry-after that is a date', async () => {
  const tomorrow = new Date(Date.now() + 86_400_000).toUTCString()
  await using server = await upstream((response) => {
    response.writeHead(529, { 'retry-after': tomorrow }).end('{}')
  })
  const claude = createClaude({ apiKey: 'k', baseUrl: server.url, ...LIMITS })
  await all(claude.ask(REQUEST)(runWith(new AbortController().signal)))
  expect(server.requests).toHaveLength(1)
})

test.each([
  [500, 'internal'],
  [502, 'internal'],
  [504, 'upstream_timeout'],
  [524, 'upstream_timeout'],
  [408, 'upstream_timeout'],
  [409, 'internal'],
])(
  'a gateway that says %i is not asked again, for the request may have reached Claude',
  async (status, code) => {
    for (const header of [{}, { 'x-should-retry': 'true' }]) {
      await using server = await upstream((response) => response.writeHead(status, header).end('{}'))
      const claude = createClaude({ apiKey: 'k', baseUrl: server.url, ...LIMITS })
      const events = await all(claude.ask(REQUEST)(runWith(new AbortController().signal)))
      expect(events).toMatchObject([{ type: 'error', code, retryable: true }])
      expect(server.requests).toHaveLength(1)
    }
  },
)

test.each([429, 503, 529])(
  'a request refused with %i is retried twice, unless x-should-retry forbids it',
  async (status) => {
    for (const [header, asked] of [
      [{}, 3],
      [{ 'x-should-retry': 'false' }, 1],
    ] as const) {
      await using server = await upstream((response) => {
        response.writeHead(status, { 'retry-after-ms': '1', ...header }).end('{}')
      })
      const claude = createClaude({ apiKey: 'k', baseUrl: server.url, ...LIMITS })
      await all(claude.ask(REQUEST)(runWith(new AbortController().signal)))
      expect(server.requests).toHaveLength(asked)
    }
  },
)

test.each([
  [401, 'api_error', 'auth'],
  [529, 'api_error', 'overloaded'],
  [429, 'api_error', 'rate_limited'],
  [404, 'api_error', 'invalid_request'],
  [504, 'api_error', 'upstream_timeout'],
  [401, 'overloaded_error', 'auth'],
  [500, 'overloaded_error', 'overloaded'],
  [400, 'billing_error', 'auth'],
  [500, 'error_of_tomorrow', 'internal'],
])('%i with %s in its body is %s', async (status, type, code) => {
  await using server = await upstream((response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'x-should-retry': 'false' })
    response.end(JSON.stringify({ type: 'error', error: { type, message: 'Made up by a proxy' } }))
  })
  const claude = createClaude({ apiKey: 'k', baseUrl: server.url, ...LIMITS })
  const events = await all(claude.ask(REQUEST)(runWith(new AbortController().signal)))
  expect(events).toMatchObject([{ type: 'error', code }])
})

test('an error whose body is cut off has the code of its status', async () => {
  await using server = await upstream((response) => {
    response.writeHead(401, { 'content-type': 'application/json' })
    response.write('{"type":"err', () => response.destroy())
  })
  const claude = createClaude({ apiKey: 'k', baseUrl: server.url, ...LIMITS })
  const events = await all(claude.ask(REQUEST)(runWith(new AbortController().signal)))
  expect(events).toMatchObject([{ type: 'error', code: 'auth', retryable: false }])
  expect(events[0]).not.toHaveProperty('usage')
  expect(server.requests).toHaveLength(1)
})

test('an overload whose body never ends is retried too', async () => {
  await using server = await upstream((response) => {
    if (server.requests.length === 1) response.writeHead(529, { 'retry-after-ms': '1' }).write('{"type"')
    else response.writeHead(200, { 'content-type': 'text/event-stream' }).end(sse([START, ...END]))
  })
  const claude = createClaude({ apiKey: 'k', baseUrl: server.url, ...LIMITS })
  const events = await all(claude.ask(REQUEST)(runWith(new AbortController().signal)))
  expect(events.at(-1)?.type).toBe('done')
  expect(server.requests).toHaveLength(2)
})

test('a response without a body is an error', async () => {
  await using server = await upstream((response) => response.writeHead(204).end())
  const failures: ClaudeFailure[] = []
  const onFailure = (failure: ClaudeFailure) => failures.push(failure)
  const claude = createClaude({ apiKey: 'k', baseUrl: server.url, ...LIMITS, onFailure })
  const events = await all(claude.ask(REQUEST)(runWith(new AbortController().signal)))
  expect(events).toMatchObject([{ type: 'error', code: 'upstream_interrupted' }])
  expect(failures).toMatchObject([{ status: 204, reason: 'expected an event stream, got nothing' }])
})

test.each([false, true])(
  'an event within idleMs is read, and none after it (in the middle of an answer: %s)',
  async (begun) => {
    for (const [ms, end] of [
      [4999, 'done'],
      [5000, 'error'],
    ] as const) {
      const failures: ClaudeFailure[] = []
      let answerWith: (response: ServerResponse) => void = () => {}
      const asked = new Promise<ServerResponse>((resolve) => (answerWith = resolve))
      await using server = await upstream(answerWith)
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
      try {
        const claude = createClaude({
          apiKey: 'k',
          baseUrl: server.url,
          ...LIMITS,
          idleMs: 5000,
          onFailure: (failure) => failures.push(failure),
        })
        const source = claude.ask(REQUEST)(runWith(new AbortController().signal))
        const iterator = source[Symbol.asyncIterator]()
        let next = iterator.next()
        const response = await asked
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        if (begun) {
          response.write(sse([START, delta('said')]))
          expect((await next).value).toEqual([{ type: 'text', text: 'said' }])
          next = iterator.next()
        }
        await vi.advanceTimersByTimeAsync(ms)
        response.end(sse(begun ? END : [START, ...END]))
        expect((await next).value.at(-1)).toMatchObject({ type: end })
        await iterator.return?.()
      } finally {
        vi.useRealTimers()
      }
      expect(failures.map((failure) => failure.reason)).toEqual(end === 'error' ? ['silent for 5000 ms'] : [])
    }
  },
)

test('calls that the usage leaves out, and web searches, are in the cost and not in the usage', async () => {
  const tokens = { cache_read_input_tokens: 0, cache_creation_input_tokens: 0, cache_creation: null }
  const usage = {
    ...tokens,
    input_tokens: 100,
    output_tokens: 10,
    server_tool_use: { web_search_requests: 2, web_fetch_requests: 5 },
    iterations: [
      { ...tokens, type: 'compaction', input_tokens: 4000, output_tokens: 200 },
      { ...tokens, type: 'message', model: null, input_tokens: 100, output_tokens: 10 },
      { ...tokens, type: 'advisor_message', model: 'claude-opus-5-5', input_tokens: 1000, output_tokens: 50 },
    ],
  }
  const end = [{ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage }, { type: 'message_stop' }]
  await using server = await upstream((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(sse([START, delta('Hi.'), ...end]))
  })
  const claude = createClaude({ apiKey: 'given', baseUrl: server.url, ...LIMITS })
  const events = await all(claude.ask(REQUEST)(runWith(new AbortController().signal)))
  expect(events.at(-1)).toMatchObject({
    type: 'done',
    usage: { inputTokens: 100, outputTokens: 10, estimated: false },
    // In millionths: 4100 × 5 + 210 × 25 of Opus 4.8, 1000 × 4 + 50 × 20 of Opus 5.5, and two searches.
    costUsd: (20_500 + 5250 + 4000 + 1000 + 20_000) / 1_000_000,
  })
})
