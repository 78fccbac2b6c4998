import { expect, test } from 'vitest'
import type { AnswerBlock } from './answer-blocks.ts'
import { continuedMessages, historyOf, type HistoryOptions, type Turn, type TurnStep } from './history.ts'
import { MAY_HAVE_HAPPENED, NOT_EXECUTED } from './tools.ts'

const LIMITS = { maxChars: 1000, maxMessages: 100, maxFileBytes: 1000, maxFiles: 10 }
const OPTIONS: HistoryOptions = { model: 'm', ...LIMITS }
const THINKING = { type: 'thinking', thinking: 'hm', signature: 'sig' } as const
const REDACTED = { type: 'redacted_thinking', data: 'xyz' } as const

const text = (words: string) => ({ type: 'text', text: words }) as const
const file = (size: number) => ({ type: 'image', attachmentId: 'a', name: 'a.png', size }) as const
const user = (content: unknown) => ({ role: 'user', content })
const assistant = (...content: unknown[]) => ({ role: 'assistant', content })

function turn(name: string, change: Partial<Turn> = {}): Turn {
  const steps = answered(THINKING, text(`${name}.`))
  return { question: `${name}?`, steps, model: 'm', end: 'finished', ...change }
}

/** An answer of one step without calls. */
const answered = (...content: AnswerBlock[]): TurnStep[] => [{ content, calls: [] }]

/** Of a full turn. */
const both = (name: string, ...thinking: unknown[]) => [
  user(`${name}?`),
  assistant(...thinking, text(`${name}.`)),
]

test('finished turns are sent verbatim, thinking included, and the question last', () => {
  const image = file(9)
  const turns = [
    turn('a', { question: [image], steps: answered(REDACTED, THINKING, text('one'), text('two')) }),
    turn('b'),
  ]
  expect(historyOf(turns, [image], OPTIONS)).toEqual({
    messages: [
      user([image]),
      assistant(REDACTED, THINKING, text('one'), text('two')),
      ...both('b', THINKING),
      user([image]),
    ],
    leftOut: 0,
  })
  expect(historyOf([], 'c?', OPTIONS)).toEqual({ messages: [user('c?')], leftOut: 0 })
})

test.each([
  ['was refused', turn('bad', { end: 'refused' })],
  ['has no text', turn('bad', { end: 'cut', steps: answered(THINKING) })],
  ['has only white space', turn('bad', { steps: answered(THINKING, text(' \n')) })],
  ['has nothing', turn('bad', { end: 'cut', steps: [] })],
])('a turn that %s is left out, and so is the thinking that followed it', (_why, bad) => {
  const { messages, leftOut } = historyOf([turn('a'), bad, turn('b')], 'c?', OPTIONS)
  expect(messages).toEqual([...both('a', THINKING), ...both('b'), user('c?')])
  expect(leftOut).toBe(0)
})

test('of an answer that was cut short the text is sent, without its thinking', () => {
  const { messages } = historyOf([turn('a', { end: 'cut' }), turn('b')], 'Continue.', OPTIONS)
  expect(messages).toEqual([...both('a'), ...both('b', THINKING), user('Continue.')])
})

test('thinking is sent to the model that thought, under the same system prompt', () => {
  const turns = [turn('a'), turn('b', { model: 'other' }), turn('c', { system: 'Be brief.' })]
  const sent = (options: Partial<HistoryOptions>) =>
    historyOf(turns, 'd?', { ...OPTIONS, ...options }).messages.slice(0, -1)
  expect(sent({})).toEqual([...both('a', THINKING), ...both('b'), ...both('c')])
  expect(sent({ model: 'other' })).toEqual([...both('a'), ...both('b', THINKING), ...both('c')])
  expect(sent({ system: 'Be brief.' })).toEqual([...both('a'), ...both('b'), ...both('c', THINKING)])
})

test('thinking without a signature and blank text are not sent', () => {
  const steps = answered({ ...THINKING, signature: '' }, text(' '), text('Yes.'), text(''))
  expect(historyOf([turn('a', { steps })], 'b?', OPTIONS).messages[1]).toEqual(assistant(text('Yes.')))
})

test('a conversation beyond a limit loses its older half, with all thinking, and again until it fits', () => {
  const turns = ['a', 'b', 'c', 'd', 'e'].map((name) => turn(name))
  // A turn has 4 characters of text, and 5 of thinking and its signature.
  const within = (limits: Partial<HistoryOptions>) => {
    const { messages, leftOut } = historyOf(turns, 'f?', { ...OPTIONS, ...limits })
    return [leftOut, messages]
  }
  expect(within({ maxChars: 47 })).toMatchObject([0, { length: 11 }])
  expect(within({ maxChars: 46 })).toEqual([6, [...both('d'), ...both('e'), user('f?')]])
  expect(within({ maxMessages: 10 })).toEqual([6, [...both('d'), ...both('e'), user('f?')]])
  expect(within({ maxMessages: 3 })).toEqual([8, [...both('e'), user('f?')]])
  expect(within({ maxChars: 5 })).toEqual([10, [user('f?')]])
})

test('files count by their bytes and number, each as often as it is sent, and not as text', () => {
  const turns = ['a', 'b', 'c', 'd'].map((name) => turn(name, { question: [file(100)] }))
  const leftOut = (limits: Partial<HistoryOptions>) =>
    historyOf(turns, [file(100), file(100)], { ...OPTIONS, maxChars: 28, ...limits }).leftOut
  expect([{}, { maxFileBytes: 600 }, { maxFiles: 6 }].map(leftOut)).toEqual([0, 0, 0])
  expect([{ maxFileBytes: 599 }, { maxFiles: 5 }, { maxFiles: 3 }].map(leftOut)).toEqual([4, 4, 6])
})

test('what was left out for an answer stays so for the next one, so that the beginning is the same', () => {
  const { messages, leftOut } = historyOf([turn('d'), turn('e')], 'f?', { ...OPTIONS, leftOut: 6 })
  expect([leftOut, messages]).toEqual([6, [...both('d'), ...both('e'), user('f?')]])
})

const TOOLS = { tools: '[{"name":"shop__search"}]' }
const call = (id: string) => ({ type: 'tool_use', id, name: 'shop__search', input: { id } }) as const
const result = (id: string, output: string, rest = {}) => ({
  type: 'tool_result',
  tool_use_id: id,
  content: output,
  ...rest,
})
const executed = (id: string, ok = true) => ({
  toolUseId: id,
  begun: true,
  result: { ok, output: `of ${id}` },
})
const begun = (id: string) => ({ toolUseId: id, begun: true })
const waiting = (id: string) => ({ toolUseId: id, begun: false })
const ERROR = { is_error: true }

const STEPS: TurnStep[] = [
  {
    content: [THINKING, text('I look.'), call('a'), call('b')],
    calls: [executed('b', false), executed('a')],
  },
  { content: [THINKING, text('Found.')], calls: [] },
]
const RESULTS = user([result('a', 'of a'), result('b', 'of b', ERROR)])
/** What a turn with tools, and then a question, come to. */
const sent = (change: Partial<Turn>, options: Partial<HistoryOptions> = {}) =>
  historyOf([turn('q', { ...TOOLS, ...change })], 'next?', { ...OPTIONS, ...TOOLS, ...options }).messages

test('a finished turn with calls is sent verbatim, its results in the order of the calls', () => {
  expect(sent({ steps: STEPS })).toEqual([
    user('q?'),
    assistant(THINKING, text('I look.'), call('a'), call('b')),
    RESULTS,
    assistant(THINKING, text('Found.')),
    user('next?'),
  ])
})

test('with other tools, another model or something left out, a turn has its calls and no thinking', () => {
  const without = [
    user('q?'),
    assistant(text('I look.'), call('a'), call('b')),
    RESULTS,
    assistant(text('Found.')),
    user('next?'),
  ]
  expect(sent({ steps: STEPS }, { tools: '[]' })).toEqual(without)
  expect(sent({ steps: STEPS }, { model: 'other' })).toEqual(without)
  expect(sent({ steps: STEPS }, { leftOut: 2 })).toEqual(without)
})

test('every call without a result is answered: it was not begun, or may have happened', () => {
  const steps = [{ content: [call('a'), call('b'), call('c')], calls: [waiting('a'), begun('b')] }]
  const results = [
    result('a', NOT_EXECUTED, ERROR),
    result('b', MAY_HAVE_HAPPENED, ERROR),
    result('c', NOT_EXECUTED, ERROR),
  ]
  for (const end of ['finished', 'cut'] as const) {
    expect(sent({ end, steps })).toEqual([
      user('q?'),
      assistant(call('a'), call('b'), call('c')),
      user([...results, text('next?')]),
    ])
  }
})

test('results and the question after them are one message, files included', () => {
  const question = [file(3), text('And this?')]
  const steps = [{ content: [THINKING, call('a')], calls: [executed('a')] }]
  expect(historyOf([turn('q', { ...TOOLS, steps })], question, { ...OPTIONS, ...TOOLS }).messages).toEqual([
    user('q?'),
    assistant(THINKING, call('a')),
    user([result('a', 'of a'), ...question]),
  ])
})

test('of a turn that was cut short the executed steps are sent, and the text of the last one', () => {
  const [first, last] = STEPS as [TurnStep, TurnStep]
  const beginning = [user('q?'), assistant(text('I look.'), call('a'), call('b')), RESULTS]
  expect(sent({ end: 'cut', steps: [first, last] })).toEqual([
    ...beginning,
    assistant(text('Found.')),
    user('next?'),
  ])
  const cutOff = { content: [THINKING, text('I add.'), call('c')], calls: [waiting('c')] }
  expect(sent({ end: 'cut', steps: [first, cutOff] })).toEqual([
    ...beginning,
    assistant(text('I add.')),
    user('next?'),
  ])
  const silent = { content: [THINKING, call('c')], calls: [] }
  const merged = user([result('a', 'of a'), result('b', 'of b', ERROR), text('next?')])
  expect(sent({ end: 'cut', steps: [first, silent] })).toEqual([...beginning.slice(0, 2), merged])
  expect(sent({ end: 'cut', steps: [silent] })).toEqual([user('next?')])
})

test('a refused turn is left out with its executed calls', () => {
  expect(sent({ end: 'refused', steps: STEPS })).toEqual([user('next?')])
})

test('a request without tools has the calls and their results as text', () => {
  const steps = [...STEPS.slice(0, 1), { content: [call('c'), text('Found.')], calls: [begun('c')] }]
  expect(sent({ steps }, { tools: undefined })).toEqual([
    user('q?'),
    assistant(
      text('I look.'),
      text('[Called the tool shop__search with {"id":"a"}. Result: of a]'),
      text('[Called the tool shop__search with {"id":"b"}. It failed: of b]'),
      text(`[Called the tool shop__search with {"id":"c"}. It failed: ${MAY_HAVE_HAPPENED}]`),
      text('Found.'),
    ),
    user('next?'),
  ])
})

const hosted: AnswerBlock = { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }
const found: AnswerBlock = { type: 'web_search_tool_result', tool_use_id: 's', content: [] }

test('a paused turn is sent as it came; a call of Anthropic’s tool whose result never came is not', () => {
  const pause = { content: [text('I search.'), hosted], calls: [] }
  const rest = { content: [found, text('Found.')], calls: [] }
  expect(sent({ steps: [pause, rest] })).toEqual([
    user('q?'),
    assistant(text('I search.'), hosted),
    assistant(found, text('Found.')),
    user('next?'),
  ])
  for (const steps of [[pause], [pause, { content: [], calls: [] }]]) {
    expect(sent({ end: 'cut', steps })).toEqual([user('q?'), assistant(text('I search.')), user('next?')])
    expect(sent({ steps })).toEqual([user('q?'), assistant(text('I search.')), user('next?')])
  }
  // Without tools there are no such blocks at all, and nothing is left of this one.
  expect(sent({ steps: [{ content: [hosted, found], calls: [] }] }, { tools: undefined })).toEqual([
    user('next?'),
  ])
})

test('what Anthropic’s tools returned is sent verbatim to a request with the same tools only', () => {
  const location = {
    type: 'web_search_result_location',
    url: 'u',
    title: null,
    encrypted_index: 'x',
    cited_text: 'y',
  }
  const cited = { ...text('Found.'), citations: [location] } as AnswerBlock
  const steps = answered(hosted, found, cited)
  expect(sent({ steps })[1]).toEqual(assistant(hosted, found, cited))
  for (const change of [{ tools: 'others' }, { tools: undefined }]) {
    expect(sent({ steps }, change)).toEqual([user('q?'), assistant(text('Found.')), user('next?')])
  }
  expect(sent({ steps, end: 'cut' })).toEqual([user('q?'), assistant(text('Found.')), user('next?')])
})

test('tool input and results count as text', () => {
  const steps = [
    { content: [call('a')], calls: [{ ...executed('a'), result: { ok: true, output: 'x'.repeat(800) } }] },
  ]
  expect(sent({ steps })).toHaveLength(3)
  expect(sent({ steps }, { maxChars: 800 })).toEqual([user('next?')])
})

test('a run that goes on is asked with all that its first request had, and the steps as they came', () => {
  const turns = [turn('a', TOOLS), turn('b', TOOLS)]
  const waits = { content: [THINKING, text(' '), call('c')], calls: [waiting('c')] }
  const steps = [...STEPS.slice(0, 1), waits]
  const options = { model: 'm', ...TOOLS }
  const answer = [assistant(...(STEPS[0]?.content ?? [])), RESULTS, assistant(THINKING, call('c'))]
  expect(continuedMessages(turns, { question: 'q?', steps }, options)).toEqual([
    ...historyOf(turns, 'q?', { ...OPTIONS, ...options }).messages,
    ...answer,
  ])
  // However long it has become, it stays what the run was begun with.
  expect(continuedMessages(turns.slice(1), { question: 'q?', steps }, { ...options, leftOut: 2 })).toEqual([
    ...both('b'),
    user('q?'),
    ...answer,
  ])
})
