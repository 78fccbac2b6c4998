import Anthropic from '@anthropic-ai/sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Simulator, startSimulator } from './index.ts'

let sim: Simulator
let client: Anthropic
beforeAll(async () => {
  sim = await startSimulator({ defaults: { tps: 0, ttft: 0, tokens: 5, thinking: 20 } })
  client = new Anthropic({ apiKey: 'k', baseURL: sim.url, maxRetries: 0 })
})
afterAll(() => sim.close())

type Messages = Anthropic.MessageParam[]
const user = (content: Anthropic.MessageParam['content']) => ({ role: 'user' as const, content })
const assistant = (content: unknown) => ({ role: 'assistant' as const, content: content as string })

function ask(messages: Messages, change: Partial<Anthropic.MessageCreateParamsNonStreaming> = {}) {
  return client.messages.create({
    model: 'claude-opus-4-8',
    max_tokens: 1000,
    thinking: { type: 'adaptive', display: 'summarized' },
    tools: [{ name: 'search', input_schema: { type: 'object' } }],
    messages,
    ...change,
  })
}

/** The API's message of a 400. */
async function refusal(...request: Parameters<typeof ask>): Promise<string> {
  const error = await ask(...request).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof Anthropic.BadRequestError)) return 'accepted'
  expect(error.type).toBe('invalid_request_error')
  return (error.error as { error: { message: string } }).error.message
}

const SIGNATURE = 'messages.1.content.0: Invalid `signature` in `thinking` block'

test('thinking comes back unchanged to the same model after the same messages, or is refused', async () => {
  const question = user('How do locks work?')
  const { content } = await ask([question])
  const [thinking, ...rest] = content
  if (thinking?.type !== 'thinking') throw new Error('expected thinking')
  const next = user('And canals?')
  expect(await refusal([question, assistant(content), next])).toBe('accepted')
  expect(await refusal([question, assistant(rest), next])).toBe('accepted')
  const changed = [{ ...thinking, thinking: `${thinking.thinking} ` }, ...rest]
  expect(await refusal([question, assistant(changed), next])).toBe(SIGNATURE)
  const unsigned = [{ ...thinking, signature: '' }, ...rest]
  expect(await refusal([question, assistant(unsigned), next])).toBe(SIGNATURE)
  expect(await refusal([user('Another one?'), assistant(content), next])).toBe(SIGNATURE)
  const turns = [question, assistant(content), next]
  expect(await refusal(turns, { model: 'claude-opus-5-5' })).toBe(SIGNATURE)
  expect(await refusal(turns, { system: 'Be brief.' })).toBe(SIGNATURE)
  const tools = [{ name: 'find', input_schema: { type: 'object' as const } }]
  expect(await refusal(turns, { tools })).toBe(SIGNATURE)
  expect(await refusal(turns, { tools: [] })).toBe(SIGNATURE)
  // Nor may it be thought of another question of the same conversation.
  const moved = [question, assistant(rest), next, assistant(content), next]
  expect(await refusal(moved)).toBe(SIGNATURE.replace('messages.1', 'messages.3'))
})

test('thinking that led to calls of tools comes back unchanged before them', async () => {
  const question = user('Hello')
  const { content } = await ask([question])
  const [thinking] = content
  if (thinking?.type !== 'thinking') throw new Error('expected thinking')
  const call = { type: 'tool_use', id: 'toolu_1', name: 'search', input: {} }
  const result = user([{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'found' }])
  expect(await refusal([question, assistant([thinking, call]), result])).toBe('accepted')
  const changed = { ...thinking, thinking: `${thinking.thinking}.` }
  expect(await refusal([question, assistant([changed, call]), result])).toBe(SIGNATURE)
})

test('a conversation begins and ends with the user, and every message says something', async () => {
  const hello = user('Hello')
  expect(await refusal([assistant('Hi'), hello])).toBe('messages: first message must use the "user" role')
  expect(await refusal([hello, assistant('Hi')])).toContain('prefill')
  expect(await refusal([hello, assistant([]), hello])).toBe(
    'messages.1: assistant messages must have non-empty content',
  )
  const empty = [{ type: 'text', text: '' }]
  expect(await refusal([hello, assistant(empty), hello])).toBe(
    'messages: text content blocks must be non-empty',
  )
  for (const blank of [' \n', [{ type: 'text', text: ' \n' }]]) {
    expect(await refusal([hello, assistant(blank), hello])).toBe(
      'messages: text content blocks must contain non-whitespace text',
    )
  }
  // The API joins neighbours of the same role.
  expect(await refusal([hello, hello])).toBe('accepted')
})

test('every call of a tool has its result in the next message', async () => {
  const call = (id: string) => ({ type: 'tool_use' as const, id, name: 'search', input: {} })
  const result = (id: string) => ({ type: 'tool_result' as const, tool_use_id: id, content: 'found' })
  const hello = user('Hello')
  const calls = assistant([call('toolu_1'), call('toolu_2')])
  expect(await refusal([hello, calls, user([result('toolu_1'), result('toolu_2')])])).toBe('accepted')
  expect(await refusal([hello, calls, user([result('toolu_1')])])).toContain(
    '`tool_use` ids were found without `tool_result` blocks immediately after: toolu_2',
  )
  expect(await refusal([hello, calls, user('Stop')])).toContain('toolu_1, toolu_2')
  expect(await refusal([hello, calls])).toContain('toolu_1, toolu_2')
  // In one message, and before its text.
  const split = [user([result('toolu_1')]), user([result('toolu_2')])]
  expect(await refusal([hello, calls, ...split])).toContain('immediately after: toolu_2')
  const results = [result('toolu_1'), result('toolu_2')]
  const text = { type: 'text' as const, text: 'Stop' }
  expect(await refusal([hello, calls, user([...results, text])])).toBe('accepted')
  expect(await refusal([hello, calls, user([text, ...results])])).toContain('toolu_1, toolu_2')
  // A result without its call.
  expect(await refusal([hello, assistant('Hi'), user([result('toolu_3')])])).toContain(
    'unexpected `tool_use_id` found in `tool_result` blocks: toolu_3',
  )
})

test('a call of a tool has an id of its own, and an object as its input', async () => {
  const call = (input: unknown) => ({ type: 'tool_use', id: 'toolu_1', name: 'search', input })
  const result = user([{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'found' }])
  const hello = user('Hello')
  expect(await refusal([hello, assistant([call({}), call({})]), result])).toContain('must be unique')
  // As when the JSON of the input was cut off.
  for (const input of ['{"words": "ca', [], null, undefined])
    expect(await refusal([hello, assistant([call(input)]), result])).toContain('valid dictionary')
})

test('results of tools are for calls of the message before, once each', async () => {
  const call = (id: string) => ({ type: 'tool_use' as const, id, name: 'search', input: {} })
  const result = (id: string, rest: object = { content: 'found' }) =>
    ({ type: 'tool_result', tool_use_id: id, ...rest }) as Anthropic.ToolResultBlockParam
  const hello = user('Hello')
  const turn = [hello, assistant([call('toolu_1')]), user([result('toolu_1')])]
  expect(await refusal([...turn.slice(0, 2), user([result('toolu_1'), result('toolu_1')])])).toBe(
    'messages.2.content.1: each tool_use must have a single result. ' +
      'Found multiple `tool_result` blocks with id: toolu_1',
  )
  const unexpected = 'unexpected `tool_use_id` found in `tool_result` blocks: toolu_1'
  expect(await refusal([...turn, assistant('Hi'), user([result('toolu_1')])])).toContain(unexpected)
  expect(await refusal([user([result('toolu_1')])])).toContain(unexpected)
  const late = user([{ type: 'text', text: 'And' }, result('toolu_1')])
  expect(await refusal([hello, assistant('Hi'), late])).toContain(unexpected)
  expect(await refusal([...turn, ...turn.slice(1)])).toBe(
    'messages.3.content.0: `tool_use` ids must be unique',
  )
  const failed = (content?: string) => user([result('toolu_1', { content, is_error: true })])
  expect(await refusal([...turn.slice(0, 2), failed('Full.')])).toBe('accepted')
  for (const content of ['', undefined])
    expect(await refusal([...turn.slice(0, 2), failed(content)])).toContain('content cannot be empty')
  expect(await refusal(turn, { tools: [] })).toContain('must define tools')
})

test('within a loop the thinking before a call comes back; in later turns it may be left out', async () => {
  const question = user('Hello [[sim tool=search rounds=2]]')
  const first = await ask([question])
  const resultsOf = ({ content }: Anthropic.Message) =>
    user(
      content
        .filter(({ type }) => type === 'tool_use')
        .map((block) => ({
          type: 'tool_result',
          tool_use_id: 'id' in block ? block.id : '',
          content: 'found',
        })),
    )
  const withoutThinking = ({ content }: Anthropic.Message) =>
    assistant(content.filter(({ type }) => type !== 'thinking'))
  const loop = [question, assistant(first.content), resultsOf(first)]
  const second = await ask(loop)
  const missing = 'When `thinking` is enabled, a final `assistant` message must start with a thinking block'
  const stripped = [question, withoutThinking(first), resultsOf(first)]
  expect(await refusal(stripped)).toContain(missing)
  expect(await refusal(stripped, { thinking: { type: 'disabled' } })).toBe('accepted')
  // The thinking of the second call is bound to the result of the first.
  expect(await refusal([...loop, assistant(second.content), resultsOf(second)])).toBe('accepted')
  expect(await refusal([...loop, withoutThinking(second), resultsOf(second)])).toContain(missing)
  const other = JSON.parse(JSON.stringify(loop).replace('found', 'lost')) as Messages
  expect(await refusal([...other, assistant(second.content), resultsOf(second)])).toBe(
    SIGNATURE.replace('messages.1', 'messages.3'),
  )
  expect(await refusal([...stripped, assistant('Done.'), user('Thanks')])).toBe('accepted')
})

test('a server tool that ran before an answer went on has its result there', async () => {
  const question = user('Hello [[sim pause=1]]')
  const paused = await ask([question])
  const rest = await ask([question, assistant(paused.content)])
  const whole = [question, assistant([...paused.content, ...rest.content]), user('Thanks')]
  expect(await refusal(whole)).toBe('accepted')
  const cut = [question, assistant(paused.content), user('Thanks')]
  expect(await refusal(cut)).toContain('was found without a corresponding `web_search_tool_result` block')
})

test('an answer that paused in the middle of a server tool is sent back as it is', async () => {
  const paused = [
    { type: 'text', text: 'Let me look.' },
    { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'locks' } },
  ]
  expect(await refusal([user('Hello'), assistant(paused)])).toBe('accepted')
})
