import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergeEvents } from './merge.ts'
import { extent } from './position.ts'
import type { DoneEvent, ErrorCode, ErrorEvent, ReceivedEvent, RunEvent, Usage } from './run-event.ts'
import { continueView, EMPTY_RUN_VIEW, reduceRun, type RunView, textOf, thinkingOf } from './run-view.ts'
import { anyDone, anyError, anyPiece, anyPieces } from './testing/arbitrary-events.ts'

const usage: Usage = {
  inputTokens: 10,
  outputTokens: 5,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  estimated: false,
}

function view(events: readonly ReceivedEvent[]): RunView {
  return events.reduce(reduceRun, EMPTY_RUN_VIEW)
}

test('a run goes from pending through thinking and streaming to done', () => {
  const events: RunEvent[] = [
    { type: 'start', model: 'claude', runId: 'r' },
    { type: 'thinking', text: 'hm' },
    { type: 'text', text: 'He' },
    { type: 'text', text: 'y' },
    { type: 'done', stopReason: 'end_turn', usage, costUsd: 0.01 },
  ]
  const steps = events.map((_, i) => view(events.slice(0, i + 1)))
  expect(steps.map(({ status, position }) => [status, position])).toEqual([
    ['pending', 1],
    ['thinking', 3],
    ['streaming', 5],
    ['streaming', 6],
    ['done', 7],
  ])
  expect(steps.at(-1)).toEqual({
    status: 'done',
    position: 7,
    model: 'claude',
    requestedModel: 'claude',
    parts: [
      { type: 'thinking', text: 'hm' },
      { type: 'text', text: 'Hey' },
    ],
    steps: [],
    stopReason: 'end_turn',
    usage,
    costUsd: 0.01,
    error: undefined,
  })
})

test('a failed run keeps its text and usage, and has an error', () => {
  const failed = view([
    { type: 'text', text: 'Half' },
    { type: 'error', code: 'overloaded', message: 'Busy.', retryable: true, usage, costUsd: 0.01 },
  ])
  expect(failed).toMatchObject({ status: 'failed', position: 5, stopReason: undefined })
  expect(textOf(failed)).toBe('Half')
  expect(failed).toMatchObject({ usage, costUsd: 0.01 })
  expect(failed.error).toEqual({ code: 'overloaded', message: 'Busy.', retryable: true })
})

test('the model of a view is the one that answered, if the end names it', () => {
  const start: RunEvent = { type: 'start', model: 'asked', runId: 'r' }
  for (const end of [doneWith('end_turn'), failedWith('overloaded')]) {
    expect(view([start, end]).model).toBe('asked')
    expect(view([start, { ...end, model: 'answering' }]).model).toBe('answering')
  }
})

test('white space is text, but does not change the status', () => {
  const blank: RunEvent = { type: 'text', text: '\n\n' }
  const thinking: RunEvent = { type: 'thinking', text: 'hm' }
  expect(view([blank])).toMatchObject({ status: 'pending', position: 2, parts: [blank] })
  expect(view([blank, thinking, blank])).toMatchObject({
    status: 'thinking',
    parts: [blank, thinking, blank],
  })
  expect(view([blank, thinking, { type: 'text', text: ' a' }, blank]).status).toBe('streaming')
})

test('the parts of an answer are in the order in which Claude made them', () => {
  const answer = view([
    text('Let me '),
    text('look.'),
    call('a'),
    input('a', '{"query"'),
    input('a', ':"x"}'),
    text('Found it.'),
    { type: 'thinking', text: 'Is it' },
    { type: 'thinking', text: ' right?' },
    text('It is.'),
  ])
  expect(answer.parts).toEqual([
    { type: 'text', text: 'Let me look.' },
    { ...TOOL, callId: 'a', input: '{"query":"x"}', state: 'calling' },
    { type: 'text', text: 'Found it.' },
    { type: 'thinking', text: 'Is it right?' },
    { type: 'text', text: 'It is.' },
  ])
})

test('what a tool or a thought separates are paragraphs', () => {
  const answer = view([
    { type: 'thinking', text: 'First.' },
    text('Let me look.'),
    call('a'),
    text('Found it.'),
    { type: 'thinking', text: 'Is it right?' },
    text('It'),
    text(' is.'),
  ])
  expect(textOf(answer)).toBe('Let me look.\n\nFound it.\n\nIt is.')
  expect(thinkingOf(answer)).toBe('First.\n\nIs it right?')
  expect([textOf(EMPTY_RUN_VIEW), thinkingOf(EMPTY_RUN_VIEW)]).toEqual(['', ''])
})

test('the end of a call to Claude separates nothing; the view has its usage and the model that answered', () => {
  const step = { model: 'answering', usage, costUsd: 0.01 }
  const answer = view([
    { type: 'start', model: 'asked', runId: 'r' },
    text('one, '),
    { type: 'step', ...step },
    text('two'),
  ])
  expect(answer).toMatchObject({
    model: 'answering',
    requestedModel: 'asked',
    steps: [step],
    usage: undefined,
    position: 10,
  })
  expect(answer.parts).toEqual([{ type: 'text', text: 'one, two' }])
})

test('a call goes from calling through waiting and running to its result', () => {
  const events: RunEvent[] = [
    call('a'),
    input('a', '{}'),
    state('a', 'waiting'),
    state('a', 'running'),
    { type: 'tool_result', callId: 'a', ok: true, output: '[]' },
  ]
  const calls = events.map((_, i) => view(events.slice(0, i + 1)).parts[0])
  expect(calls).toEqual([
    { ...TOOL, callId: 'a', input: '', state: 'calling' },
    { ...TOOL, callId: 'a', input: '{}', state: 'calling' },
    { ...TOOL, callId: 'a', input: '{}', state: 'waiting' },
    { ...TOOL, callId: 'a', input: '{}', state: 'running' },
    { ...TOOL, callId: 'a', input: '{}', state: 'done', output: '[]' },
  ])
})

test('parallel calls have their own input, state and result', () => {
  const answer = view([
    call('a'),
    call('b'),
    input('a', '{'),
    input('b', '[1'),
    input('a', '}'),
    state('b', 'running'),
    { type: 'tool_result', callId: 'b', ok: false, output: 'No.' },
  ])
  expect(answer.parts).toEqual([
    { ...TOOL, callId: 'a', input: '{}', state: 'calling' },
    { ...TOOL, callId: 'b', input: '[1', state: 'failed', output: 'No.' },
  ])
})

test('what is said of an unknown call only moves the position', () => {
  const before = view([call('a')])
  expect(reduceRun(before, input('b', '{}'))).toEqual({ ...before, position: 3 })
  expect(reduceRun(before, state('b', 'running'))).toEqual({ ...before, position: 2 })
})

test('a part that does not change stays the same object', () => {
  const before = view([text('a'), call('a'), call('b')])
  const after = reduceRun(before, input('b', '{}'))
  expect(after.parts[0]).toBe(before.parts[0])
  expect(after.parts[1]).toBe(before.parts[1])
  expect(after.parts[2]).not.toBe(before.parts[2])
})

const OPEN_CALLS: RunEvent[] = [
  call('calling'),
  input('calling', '{"a":'),
  call('called'),
  input('called', '{"a":1}'),
  call('waiting'),
  input('waiting', '{}'),
  state('waiting', 'waiting'),
  call('running'),
  state('running', 'running'),
  call('done'),
  { type: 'tool_result', callId: 'done', ok: true, output: '' },
  call('failed'),
  { type: 'tool_result', callId: 'failed', ok: false, output: '' },
]

test.for([
  [doneWith('approval'), ['dropped', 'dropped', 'waiting', 'unknown', 'done', 'failed']],
  [doneWith('stopped'), ['dropped', 'dropped', 'dropped', 'unknown', 'done', 'failed']],
  [failedWith('upstream_interrupted'), ['dropped', 'dropped', 'dropped', 'unknown', 'done', 'failed']],
  // The log may lack that those with a complete input were being executed.
  [failedWith('interrupted'), ['dropped', 'unknown', 'unknown', 'unknown', 'done', 'failed']],
] as const)('after the end nothing is open but what waits for an approval: %j', ([end, states]) => {
  const ended = view([...OPEN_CALLS, end])
  expect(ended.parts.map((part) => part.type === 'tool' && part.state)).toEqual(states)
})

test('a citation is at its place, and separates nothing', () => {
  const answer = view([text('Gates'), page('a'), page('b'), text(' and '), text('paddles'), page('a')])
  expect(answer).toMatchObject({ position: 20 })
  expect(answer.parts).toEqual([
    { type: 'text', text: 'Gates and paddles', citations: [cited('a', 5), cited('b', 5), cited('a', 17)] },
  ])
  expect(textOf(answer)).toBe('Gates and paddles')
})

test('what a call found is told of the call; a citation without a text before it is not shown', () => {
  const answer = view([call('a'), page('a', 'a'), page('b', 'a'), page('b'), page('a', 'unknown')])
  const sources = ['a', 'b'].map((name) => ({ url: `https://${name}.example/`, title: name }))
  expect(answer.parts).toEqual([{ ...TOOL, callId: 'a', input: '', state: 'calling', sources }])
})

test('a call that Anthropic executes has changed nothing, and is dropped when the run ends before its result', () => {
  for (const end of [doneWith('stopped'), doneWith('approval'), failedWith('interrupted')]) {
    const hosted = { ...call('a'), by: 'claude' } as RunEvent
    const ended = view([hosted, input('a', '{}'), state('a', 'running'), end])
    expect(ended.parts).toMatchObject([{ state: 'dropped' }])
  }
})

test('the next run of an answer goes on in the view of the one before', () => {
  const first = view([
    { type: 'start', model: 'asked', runId: 'r' },
    text('Shall I?'),
    call('a'),
    input('a', '{}'),
    { type: 'step', model: 'answering', usage, costUsd: 0.01 },
    state('a', 'waiting'),
    doneWith('approval'),
  ])
  const second: RunEvent[] = [
    { type: 'start', model: 'answering', runId: 's' },
    state('a', 'running'),
    { type: 'tool_result', callId: 'a', ok: true, output: '1' },
    text('Done.'),
    { type: 'step', model: 'answering', usage, costUsd: 0.02 },
    { ...doneWith('end_turn'), costUsd: 0.02 },
  ]
  expect(continueView(first)).toMatchObject({ status: 'pending', position: 0, stopReason: undefined })
  const ended = second.reduce(reduceRun, continueView(first))
  expect(ended).toMatchObject({
    status: 'done',
    position: 10,
    stopReason: 'end_turn',
    steps: [{ costUsd: 0.01 }, { costUsd: 0.02 }],
    usage: { ...usage, inputTokens: 20, outputTokens: 10 },
    costUsd: 0.03,
  })
  expect(ended.parts).toEqual([
    { type: 'text', text: 'Shall I?' },
    { ...TOOL, callId: 'a', input: '{}', state: 'done', output: '1' },
    { type: 'text', text: 'Done.' },
  ])
})

test('a run that goes on and fails keeps what the answer had cost, and adds what is known', () => {
  const first = continueView(view([doneWith('approval')]))
  expect(reduceRun(first, failedWith('overloaded'))).toMatchObject({ usage, costUsd: 0.01, status: 'failed' })
  const priceless = { ...failedWith('overloaded'), usage, costUsd: null }
  expect(reduceRun(first, priceless)).toMatchObject({ usage: { inputTokens: 20 }, costUsd: null })
  const unasked = continueView(view([failedWith('overloaded')]))
  expect(unasked.error).toBeUndefined()
  expect(reduceRun(unasked, doneWith('end_turn'))).toMatchObject({ usage, costUsd: 0.01 })
})

const TOOL = { type: 'tool', name: 'shop.search', by: 'server', output: undefined } as const

function text(piece: string): RunEvent {
  return { type: 'text', text: piece }
}

function call(callId: string): RunEvent {
  return { type: 'tool_call', callId, name: 'shop.search', by: 'server' }
}

function input(callId: string, piece: string): RunEvent {
  return { type: 'tool_input', callId, text: piece }
}

function page(name: string, callId?: string): RunEvent {
  return {
    type: 'source',
    url: `https://${name}.example/`,
    title: name,
    ...(callId !== undefined && { callId }),
  }
}

function cited(name: string, at: number) {
  return { url: `https://${name}.example/`, title: name, at }
}

function state(callId: string, to: 'waiting' | 'running'): RunEvent {
  return { type: 'tool_state', callId, state: to }
}

function doneWith(stopReason: string): DoneEvent {
  return { type: 'done', stopReason, usage, costUsd: 0.01 }
}

function failedWith(code: ErrorCode): ErrorEvent {
  return { type: 'error', code, message: 'Failed.', retryable: true }
}

test('an unknown event only moves the position', () => {
  const before = view([{ type: 'text', text: 'a' }])
  expect(reduceRun(before, { type: 'unknown' })).toEqual({ ...before, position: 2 })
  expect(reduceRun(before, { type: 'unknown', text: 'abc' })).toEqual({ ...before, position: 4 })
})

test('an empty text returns the same view', () => {
  const before = view([{ type: 'thinking', text: 'a' }])
  expect(reduceRun(before, { type: 'text', text: '' })).toBe(before)
})

test('property: events after the end change nothing', () => {
  fc.assert(
    fc.property(
      anyPieces,
      fc.oneof(anyDone, anyError),
      fc.oneof(anyPiece, anyDone, anyError),
      (pieces, end, more) => {
        const ended = view([...pieces, end])
        expect(reduceRun(ended, more)).toBe(ended)
      },
    ),
  )
})

test('property: the position of a view is the extent of all its events', () => {
  fc.assert(
    fc.property(anyPieces, fc.oneof(anyDone, anyError), (pieces, end) => {
      const events = [...pieces, end]
      expect(view(events).position).toBe(events.reduce((sum, event) => sum + extent(event), 0))
    }),
  )
})

test('property: merged or not, the events give the same view', () => {
  fc.assert(
    fc.property(anyPieces, fc.option(fc.oneof(anyDone, anyError)), (pieces, end) => {
      const events = end === null ? pieces : [...pieces, end]
      expect(view(mergeEvents(events))).toEqual(view(events))
    }),
  )
})

test('property: a view is never changed in place', () => {
  fc.assert(
    fc.property(anyPieces, anyPiece, (pieces, more) => {
      const before = Object.freeze(view(pieces))
      expect(() => reduceRun(before, more)).not.toThrow()
    }),
  )
})
