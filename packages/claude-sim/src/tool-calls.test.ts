import { afterAll, beforeEach, beforeAll, expect, test } from 'vitest'
import { type Simulator, startSimulator } from './index.ts'
import { ask, eventsOf, type WireEvent } from './testing/test-client.ts'
import { TOOLS, runLoop, textOf } from './testing/tool-loop-client.ts'

let sim: Simulator
beforeAll(async () => {
  sim = await startSimulator({ defaults: { tps: 0, ttft: 0 } })
})
beforeEach(() => sim.reset())
afterAll(() => sim.close())

const THINKING = { type: 'adaptive' as const, display: 'summarized' as const }

async function eventsFor(directive: string, extra: Record<string, unknown> = {}): Promise<WireEvent[]> {
  const prompt = `Please [[sim ${directive}]]`
  return eventsOf(await (await ask(sim.url, { prompt, extra: { tools: TOOLS, ...extra } })).text())
}

/** The pieces of tool input in a stream. */
function piecesIn(events: readonly WireEvent[]): string[] {
  return events.flatMap(({ data }) => {
    const { delta } = data as { delta?: { type?: string; partial_json?: string } }
    return delta?.type === 'input_json_delta' ? [delta.partial_json ?? ''] : []
  })
}

const record = (index = -1) => sim.stats().requests.at(index)

test('a call is sent in the API’s events, its input in pieces of 24 to 40 characters after an empty one', async () => {
  const input = {
    title: 'Locks',
    text: 'A lock has two gates, and between them a chamber for one boat. 🚤🚤🚤',
  }
  const events = await eventsFor(`tool=shop.add input='${JSON.stringify(input)}' rounds=1`)
  const start = events.findIndex(
    ({ data }) => 'content_block' in data && JSON.stringify(data).includes('tool_use'),
  )
  expect(events[start]?.data).toEqual({
    type: 'content_block_start',
    index: expect.any(Number),
    content_block: {
      type: 'tool_use',
      id: expect.stringMatching(/^toolu_01\w{21}$/),
      name: 'shop__add',
      input: {},
      caller: { type: 'direct' },
    },
  })
  const [first, ...pieces] = piecesIn(events)
  expect(first).toBe('')
  expect(pieces.join('')).toBe(JSON.stringify(input))
  for (const piece of pieces.slice(0, -1)) {
    expect(piece.length).toBeGreaterThanOrEqual(24)
    expect(piece.length).toBeLessThanOrEqual(41)
  }
  expect(events.slice(-3).map(({ data }) => data)).toMatchObject([
    { type: 'content_block_stop' },
    { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_details: null } },
    { type: 'message_stop' },
  ])
  expect(record()?.toolCalls).toMatchObject([{ name: 'shop__add', input: JSON.stringify(input) }])
})

test('without a directive, tools that are offered change nothing', async () => {
  const { answers } = await runLoop({ url: sim.url, prompt: 'How do locks work?' })
  const plain = await runLoop({ url: sim.url, prompt: 'How do locks work?', params: { tools: [] } })
  expect(answers.map(({ stop_reason }) => stop_reason)).toEqual(['end_turn'])
  expect(textOf(answers[0]!)).toBe(textOf(plain.answers[0]!))
})

test('calls at once and in rounds, with names and inputs in turn; the answer quotes the last results', async () => {
  const inputs = `'[{"words":"gates"},{"title":"A","text":"B"}]'`
  const together = await runLoop({
    url: sim.url,
    prompt: `Go [[sim tool=shop.search+shop.add input=${inputs}]]`,
  })
  expect(together.calls).toMatchObject([
    { name: 'shop__search', input: { words: 'gates' } },
    { name: 'shop__add', input: { title: 'A', text: 'B' } },
  ])
  const inTurn = await runLoop({
    url: sim.url,
    prompt: `Go [[sim tool=shop.search+shop__add calls=1 rounds=3]]`,
    execute: ({ name }) => `{"found":"${name}"}`,
  })
  expect(inTurn.calls.map(({ name }) => name)).toEqual(['shop__search', 'shop__add', 'shop__search'])
  expect(inTurn.answers.map(({ stop_reason }) => stop_reason)).toEqual([
    'tool_use',
    'tool_use',
    'tool_use',
    'end_turn',
  ])
  expect(textOf(inTurn.answers[3]!)).toContain(
    '`shop.search` answered:\n\n```\n{"found":"shop__search"}\n```',
  )
})

test('the record of each request has its round, the tools, the results that came and the calls that were made', async () => {
  const { calls } = await runLoop({
    url: sim.url,
    prompt: 'Go on [[sim tool=shop.remove+shop.add]]',
    execute: ({ id, name }) => {
      if (name === 'shop__add') throw new RangeError('full')
      return id
    },
  })
  const names = TOOLS.map(({ name }) => name)
  expect(sim.stats().requests).toMatchObject([
    {
      prompt: 'Go on',
      round: 0,
      tools: names,
      toolResults: [],
      toolCalls: calls.map(({ id, name, input }) => ({ id, name, input: JSON.stringify(input) })),
    },
    {
      prompt: 'Go on',
      round: 1,
      tools: names,
      toolResults: [
        { id: calls[0]?.id, name: 'shop__remove', isError: false, text: calls[0]?.id },
        { id: calls[1]?.id, name: 'shop__add', isError: true, text: 'RangeError: full' },
      ],
      toolCalls: [],
    },
  ])
})

test.each([
  ['{"id":"1","title":"Buy *oat* milk","text":""}', 'Done: “Buy oat milk”.'],
  ['{"items":[{"title":"Milk"},{"title":"Tea"}],"nextCursor":null}', 'Found:\n\n- “Milk”\n- “Tea”'],
  ['[{"title":"Milk"}]', 'Found:\n\n- “Milk”'],
  ['{"items":[],"nextCursor":null}', 'Found nothing.'],
  ['{"rolled":2}', '`shop.add` answered: {"rolled":2}'],
  ['{"items":[{"title":"Milk"},{"name":"Tea"}],"left":[{"title":"Milk"}]}', /^`shop.add` answered:\n\n```\n/],
  ['{"title":"cut o', '`shop.add` answered: {"title":"cut o'],
  ['null', '`shop.add` answered: null'],
  ['', '`shop.add` answered nothing.'],
])('a result with titles is told in words, and any other is quoted: %s', async (result, expected) => {
  const { answers } = await runLoop({
    url: sim.url,
    prompt: 'Go [[sim tool=shop.add]]',
    execute: () => result,
  })
  expect(textOf(answers[1]!)).toEqual(expected instanceof RegExp ? expect.stringMatching(expected) : expected)
})

test.each([
  ['It is full.', '`shop.add` failed: It is full.'],
  ['```', '`shop.add` failed, and says:\n\n````\n```\n````'],
])('an error is told as one, and a fence in it cannot end the quotation: %s', async (message, expected) => {
  const { answers } = await runLoop({
    url: sim.url,
    prompt: 'Go [[sim tool=shop.add]]',
    execute: () => {
      // oxlint-disable-next-line typescript/only-throw-error -- without the name of an error
      throw message
    },
  })
  expect(textOf(answers[1]!)).toBe(expected)
})

test('tool_choice forces a call or forbids it, and parallel calls can be switched off', async () => {
  const any = await eventsFor('', { tool_choice: { type: 'any' } })
  expect(JSON.stringify(any.at(-2)?.data)).toContain('"tool_use"')
  await eventsFor('', { tool_choice: { type: 'tool', name: 'shop__remove' } })
  expect(record()?.toolCalls).toMatchObject([{ name: 'shop__remove' }])
  await eventsFor('calls=3', { tool_choice: { type: 'none' } })
  expect(record()?.toolCalls).toEqual([])
  await eventsFor('calls=3', { tool_choice: { type: 'auto', disable_parallel_tool_use: true } })
  expect(record()?.toolCalls).toHaveLength(1)
})

test('only tools that are offered are called, unless the fault is that they are not', async () => {
  const names = TOOLS.map(({ name }) => name)
  for (let seed = 0; seed < 20; seed += 1) {
    await (await ask(sim.url, { prompt: `${seed} [[sim calls=5]]`, extra: { tools: TOOLS } })).text()
    expect(record()?.toolCalls).toHaveLength(5)
    for (const { name, input } of record()?.toolCalls ?? []) {
      expect(names).toContain(name)
      expect(JSON.parse(input || '{}')).toBeTypeOf('object')
    }
  }
  await eventsFor('fault=badtool')
  expect(record()?.toolCalls).toMatchObject([{ name: 'no_such_tool' }])
  await eventsFor('tool=shop.burn')
  expect(record()?.toolCalls).toMatchObject([{ name: 'shop__burn' }])
  await eventsFor('fault=badinput tool=shop.add')
  expect(record()?.toolCalls).toMatchObject([{ name: 'shop__add', input: '{"title":42}' }])
  await eventsFor('calls=2', { tools: undefined })
  expect(record()?.toolCalls).toEqual([])
})

test('an empty input is only an empty piece', async () => {
  const events = await eventsFor("tool=shop.list input='{}'")
  expect(piecesIn(events)).toEqual([''])
  const { calls } = await runLoop({ url: sim.url, prompt: "List [[sim tool=shop.list input='{}']]" })
  expect(calls).toMatchObject([{ input: {} }])
})

test('thinking comes before calls in every round, and goes back verbatim', async () => {
  const { answers } = await runLoop({
    url: sim.url,
    prompt: 'Go [[sim tool=shop.add rounds=2 thinking=30]]',
    params: { thinking: THINKING },
  })
  expect(answers.map(({ content }) => content[0]?.type)).toEqual(['thinking', 'thinking', 'thinking'])
  expect(answers.map(({ stop_reason }) => stop_reason)).toEqual(['tool_use', 'tool_use', 'end_turn'])
  const thought = answers.map(({ usage }) => usage.output_tokens_details?.thinking_tokens)
  expect(thought).toEqual([30, 30, 30])
})

test('tools, calls and results count as input, the input of a call as output', async () => {
  const input = JSON.stringify({ title: 'A', text: 'x'.repeat(900) })
  const usageOf = async (prompt: string, tools = TOOLS) => {
    const options = { url: sim.url, prompt, params: { tools }, execute: () => 'y'.repeat(4000) }
    return (await runLoop(options)).answers.map(({ usage }) => usage)
  }
  const [[bare], [offered]] = [await usageOf('Go', []), await usageOf('Go')]
  const difference = (offered?.input_tokens ?? 0) - (bare?.input_tokens ?? 0)
  expect(difference).toBe(Math.ceil(JSON.stringify(TOOLS).length / 4) - Math.ceil('[]'.length / 4))
  const [called, answered] = await usageOf(`Go [[sim tool=shop.add input='${input}']]`)
  expect(called?.output_tokens).toBeGreaterThanOrEqual(Math.ceil(input.length / 4.5))
  const more = (answered?.input_tokens ?? 0) - (called?.input_tokens ?? 0)
  expect(more).toBeGreaterThan((input.length + 4000) / 4)
})

test('a loop reads from the prompt cache what its last request wrote, while the tools stay the same', async () => {
  const params = { cache_control: { type: 'ephemeral' as const } }
  const { answers } = await runLoop({ url: sim.url, prompt: 'Go [[sim tool=shop.add rounds=2]]', params })
  const [first, second, third] = answers.map(({ usage }) => usage)
  expect(second?.cache_read_input_tokens).toBe(first?.cache_creation_input_tokens)
  expect(third?.cache_read_input_tokens).toBeGreaterThan(second?.cache_read_input_tokens ?? Infinity)
  const prompt = 'Go [[sim tool=shop.add rounds=2]]'
  const other = await runLoop({ url: sim.url, prompt, params: { ...params, tools: TOOLS.slice(0, 3) } })
  expect(other.answers[0]?.usage.cache_read_input_tokens).toBe(0)
})

test('tokens makes the strings of an input that long, and the pace holds for them', async () => {
  const response = await ask(sim.url, {
    prompt: 'Go [[sim tool=shop.add tokens=200 tps=2000]]',
    extra: { tools: TOOLS },
  })
  await response.text()
  const { toolCalls = [], startedAt = 0, endedAt = 0, tokens = 0 } = record() ?? {}
  const { title, text } = JSON.parse(toolCalls[0]?.input ?? '') as { title: string; text: string }
  expect([title.length, text.length]).toEqual([100, 900])
  expect(tokens).toBeGreaterThan(200)
  // The last piece has at most 41 characters, and Date.now() rounds.
  expect(endedAt - startedAt).toBeGreaterThanOrEqual(((tokens - 10) * 1000) / 2000 - 2)
})

test('an answer pauses, and goes on when it is sent back, as messages of its own or as one', async () => {
  const prompt = 'What is new? [[sim pause=2 tokens=20 thinking=10]]'
  const { answers } = await runLoop({ url: sim.url, prompt, params: { thinking: THINKING } })
  expect(answers.map(({ stop_reason }) => stop_reason)).toEqual(['pause_turn', 'pause_turn', 'end_turn'])
  expect(answers.map(({ content }) => content.map(({ type }) => type))).toEqual([
    ['thinking', 'text', 'server_tool_use'],
    ['thinking', 'web_search_tool_result', 'text', 'server_tool_use'],
    ['thinking', 'web_search_tool_result', 'text'],
  ])
  const joined = answers.slice(0, 2).flatMap(({ content }) => content)
  const extra = { tools: TOOLS, thinking: THINKING, model: 'claude-opus-4-8', max_tokens: 4096 }
  const asOne = [
    { role: 'user', content: prompt },
    { role: 'assistant', content: joined },
  ]
  const events = eventsOf(await (await ask(sim.url, { messages: asOne, extra })).text())
  expect(events.at(-2)?.data).toMatchObject({ delta: { stop_reason: 'end_turn' } })
})

test('a refusal has its category and explanation', async () => {
  const events = await eventsFor("fault=refusal@3 category=cyber explanation='This, or [that], does harm.'")
  expect(events.at(-2)?.data).toMatchObject({
    delta: {
      stop_reason: 'refusal',
      stop_details: { type: 'refusal', category: 'cyber', explanation: 'This, or [that], does harm.' },
    },
  })
})

test('a message without stream has the same calls in one piece', async () => {
  const prompt = 'Go [[sim tool=shop.add calls=2]]'
  const response = await ask(sim.url, { prompt, stream: false, extra: { tools: TOOLS } })
  const message = (await response.json()) as { stop_reason: string; content: Record<string, unknown>[] }
  expect(message.stop_reason).toBe('tool_use')
  const calls = message.content.filter(({ type }) => type === 'tool_use')
  expect(calls).toMatchObject(
    record()?.toolCalls.map(({ id, name, input }) => ({ id, name, input: JSON.parse(input) })) ?? [],
  )
  expect(calls).toHaveLength(2)
})

const CALLS = `tool=shop.search+shop.add input='[{"words":"gates"},{"title":"Locks","text":"Two gates, and a chamber."}]'`

/** The types of the events, and of the deltas in them. */
function typesOf(events: readonly WireEvent[]): string[] {
  return events.map(({ data }) => {
    const { delta } = data as { delta?: { type?: string } }
    return delta?.type ?? data.type
  })
}

test('a fault meets every event of the calls: within an input, before and after each block', async () => {
  const whole = typesOf(await eventsFor(CALLS))
  const first = whole.indexOf('content_block_start')
  const reached: number[] = []
  for (let at = 0; reached.at(-1) !== whole.length - 2; at += 1) {
    const types = typesOf(await eventsFor(`${CALLS} fault=error@${at}`))
    expect(types.pop()).toBe('error')
    expect(types).toEqual(whole.slice(0, types.length))
    reached.push(types.length)
  }
  const all = Array.from({ length: whole.length - 2 - first }, (_, index) => first + 1 + index)
  // Only between the last delta of a text and the end of its block there is no fault.
  const isAfterText = (at: number) => whole[at - 1] === 'text_delta' && whole[at] === 'content_block_stop'
  expect(reached).toEqual(all.filter((at) => !isAfterText(at)))
})

test('where the stream is cut, the record has the part of the input that was served', async () => {
  const events = await eventsFor(`${CALLS} fault=eof@1000`)
  const all = record()?.toolCalls ?? []
  expect(all.map(({ input }) => input).join('')).toBe(piecesIn(events).join(''))
  for (let at = 0; at < 12; at += 1) {
    const pieces = piecesIn(await eventsFor(`${CALLS} fault=eof@${at}`))
    const served = (record()?.toolCalls ?? []).map(({ input }) => input).join('')
    expect(served).toBe(pieces.join(''))
    expect(
      all
        .map(({ input }) => input)
        .join('')
        .startsWith(served),
    ).toBe(true)
  }
})

test('max_tokens cuts the input of a call, and its block ends', async () => {
  const text = JSON.stringify({ title: 'Locks', text: 'gate '.repeat(100) })
  for (const [directive, extra] of [
    [`tool=shop.add input='${text}' fault=max_tokens@12`, {}],
    [`tool=shop.add input='${text}'`, { max_tokens: 40 }],
  ] as const) {
    const events = await eventsFor(directive, extra)
    const input = piecesIn(events).join('')
    expect(text.startsWith(input)).toBe(true)
    expect(input.length).toBeGreaterThan(24)
    expect(input.length).toBeLessThan(text.length)
    expect(events.slice(-3).map(({ data }) => data)).toMatchObject([
      { type: 'content_block_stop' },
      { delta: { stop_reason: 'max_tokens' } },
      { type: 'message_stop' },
    ])
  }
  const extra = { tools: TOOLS, max_tokens: 40 }
  const response = await ask(sim.url, {
    prompt: `Go [[sim tool=shop.add input='${text}']]`,
    stream: false,
    extra,
  })
  const message = (await response.json()) as { usage: object; content: object[] }
  expect(message.usage).toMatchObject({ output_tokens: 40 })
  expect(message.content.at(-1)).toMatchObject({ type: 'tool_use', input: {} })
})

test('max_tokens@N counts deltas and the starts and ends of calls, across all blocks', async () => {
  const calls = (await eventsFor(CALLS)).map(({ data }) => data)
  for (let at = 0; at < calls.length; at += 1) {
    const events = await eventsFor(`${CALLS} fault=max_tokens@${at}`)
    const deltas = typesOf(events).filter((type) => type === 'text_delta' || type === 'input_json_delta')
    const [first, second] = record()?.toolCalls ?? []
    const starts = first === undefined ? 0 : second === undefined ? 1 : 3
    expect(deltas.length + starts).toBeLessThanOrEqual(at)
  }
})

test('round: only that request of a loop meets the fault', async () => {
  const prompt = 'Go [[sim tool=shop.add rounds=2 fault=badtool round=1]]'
  const { calls } = await runLoop({ url: sim.url, prompt })
  expect(calls.map(({ name }) => name)).toEqual(['shop__add', 'no_such_tool'])
  const failing = runLoop({ url: sim.url, prompt: 'Go [[sim tool=shop.add fault=status code=529 round=1]]' })
  await expect(failing).rejects.toThrow('Overloaded')
  expect(sim.stats().requests.slice(-2)).toMatchObject([{ status: 200 }, { status: 529, round: 1 }])
})

test('a prompt that comes with results of old calls is answered itself', async () => {
  const { calls, messages } = await runLoop({ url: sim.url, prompt: 'Go [[sim tool=shop.add]]' })
  const content = [
    { type: 'tool_result', tool_use_id: calls[0]?.id, content: 'Interrupted.' },
    { type: 'text', text: 'How do canal locks work?' },
  ]
  const turns = [...messages.slice(0, 2), { role: 'user', content }]
  await (await ask(sim.url, { messages: turns, extra: { tools: TOOLS } })).text()
  expect(record()).toMatchObject({
    prompt: 'How do canal locks work?',
    round: 0,
    toolResults: [{ isError: false }],
  })
  expect(record()?.text).not.toContain('answered:')
})
