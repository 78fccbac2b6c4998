import type { RunEvent } from '@sluice/events'
import { expect, test } from 'vitest'
import { Answer } from './answer.ts'
import { messageEvents, text } from './testing/message.ts'

const query = (id: string) => ({ type: 'server_tool_use', id, name: 'web_search', input: { query: 'locks' } })
const found = (id: string, ...urls: string[]) => ({
  type: 'web_search_tool_result',
  tool_use_id: id,
  content: urls.map((url) => ({ type: 'web_search_result', url, title: 'Locks', encrypted_content: 'x' })),
})
const cited = (words: string, ...urls: string[]) => ({
  ...text(words),
  citations: urls.map((url) => ({
    type: 'web_search_result_location',
    url,
    title: 'Locks',
    cited_text: 'x',
  })),
})

/** An answer that has received these, and the run's events. */
function read(messages: readonly object[]): { answer: Answer; events: RunEvent[]; failure?: unknown } {
  const answer = new Answer({
    model: 'claude-opus-4-8',
    promptChars: 4,
    callIds: new Map(),
    nameOf: (name) => name,
  })
  const sent = messages.map((message) => ({
    id: undefined,
    event: 'type' in message ? String(message.type) : '',
    data: JSON.stringify(message),
  }))
  return { answer, ...answer.read(sent) }
}

test('a search is told with its query, what it found, and each citation after the text that it is for', () => {
  const { events } = read(
    messageEvents('end_turn', [
      query('s'),
      found('s', 'https://a.example/', 'https://b.example/'),
      text('So: '),
      cited('locks have gates', 'https://b.example/', 'https://b.example/#x'),
      text(', and '),
      cited('paddles', 'https://a.example/'),
      text('.'),
    ]),
  )
  const { callId } = events.find(({ type }) => type === 'tool_call') as { callId: string }
  const page = (url: string) => ({ type: 'source', url, title: 'Locks' })
  expect(events).toEqual([
    { type: 'tool_call', callId, name: 'web_search', by: 'claude' },
    { type: 'tool_input', callId, text: '{"query":"locks"}' },
    { type: 'tool_state', callId, state: 'running' },
    { ...page('https://a.example/'), callId },
    { ...page('https://b.example/'), callId },
    { type: 'tool_result', callId, ok: true, output: expect.stringContaining('https://a.example/') },
    { type: 'text', text: 'So: locks have gates' },
    page('https://b.example/'),
    page('https://b.example/#x'),
    { type: 'text', text: ', and paddles' },
    page('https://a.example/'),
    { type: 'text', text: '.' },
  ])
})

test('a citation that comes before its text is told after it', () => {
  const messages = messageEvents('end_turn', [cited('gates', 'https://a.example/')])
  const at = messages.findIndex(
    ({ delta }) => (delta as { type?: string } | undefined)?.type === 'citations_delta',
  )
  const moved = messages.splice(at, 1)
  const { events } = read([...messages.slice(0, 2), ...moved, ...messages.slice(2)])
  expect(events.map(({ type }) => type)).toEqual(['text', 'source'])
})

test('hostile addresses are not sources, and nothing else of the answer is lost', () => {
  const urls = ['javascript:alert(1)', 'data:text/html,x', 'https://bank.example@evil.example/', 'https://']
  const blocks = [query('s'), found('s', ...urls), cited('Gates.', ...urls)]
  const { events, answer, failure } = read(messageEvents('end_turn', blocks))
  expect(failure).toBeUndefined()
  expect(events.map(({ type }) => type)).toEqual([
    'tool_call',
    'tool_input',
    'tool_state',
    'tool_result',
    'text',
  ])
  // Claude gets back what it said.
  expect(answer.step()?.content).toEqual(blocks)
})

test('a stopped answer has the fees of its searches, those that failed excepted', () => {
  const failed = { type: 'web_search_tool_result_error', error_code: 'unavailable' }
  const blocks = [
    query('a'),
    found('a'),
    query('b'),
    found('b'),
    query('c'),
    { ...found('c'), content: failed },
  ]
  const { answer } = read(messageEvents('end_turn', blocks).slice(0, -2))
  // A cent each; the few tokens are less than a tenth of one.
  expect(answer.stopped().costUsd).toBeCloseTo(0.02, 3)
})

test('the step tells that the conversation was summarised, and which model answered instead', () => {
  const ending = (...iterations: object[]) => {
    const messages = messageEvents('end_turn', [text('Hi.')])
    const [delta = {}] = messages.splice(-2, 1)
    const usage = { output_tokens: 7, iterations }
    return read([...messages.slice(0, -1), { ...delta, usage }, ...messages.slice(-1)]).answer
  }
  const iteration = { input_tokens: 9, output_tokens: 7 }
  expect(ending({ ...iteration, type: 'message' }).step()).not.toHaveProperty('compacted')
  const compacted = ending({ ...iteration, type: 'compaction' }, { ...iteration, type: 'message' })
  expect(compacted.step()).toMatchObject({ compacted: true, model: 'claude-opus-4-8' })
  const fallback = { ...iteration, type: 'fallback_message', model: 'claude-sonnet-5-5' }
  const instead = ending({ ...iteration, type: 'message' }, fallback)
  expect([instead.step()?.model, instead.spent()?.model]).toEqual(['claude-sonnet-5-5', 'claude-sonnet-5-5'])
})
