import { EMPTY_RUN_VIEW, parseRunEvent, reduceRun } from '@sluice/events'
import { expect, test } from 'vitest'
import type { Attachment } from './attachment.ts'
import { type ConversationLimits, messagesFor } from './messages.ts'

function turn(prompt: string, text: string, stopReason = 'end_turn') {
  return { prompt, view: { ...EMPTY_RUN_VIEW, text, stopReason } }
}

const IMAGE: Attachment = { type: 'image', name: 'dot.png', mediaType: 'image/png', data: 'AAAA' }

test('roles alternate and the prompt is last, whatever became of earlier turns', () => {
  const turns = [turn('a', 'A'), turn('b', ''), turn('c', ' \n'), turn('e', 'E', 'stopped')]
  const { messages, leftOut } = messagesFor(turns, { prompt: 'f' })
  expect(messages.map(({ content }) => content)).toEqual(['a', 'A', 'e', 'E', 'f'])
  expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant', 'user'])
  expect(leftOut).toBe(0)
})

test('a question that Claude declined is not sent again, nor what Claude had said by then', () => {
  // As the server sends it.
  const events = [
    { type: 'start', model: 'claude-opus-4-8', runId: 'b' },
    { type: 'text', text: 'First, ' },
    {
      type: 'error',
      code: 'refused',
      message: 'Claude declined to answer this.',
      retryable: false,
      usage: { inputTokens: 9, outputTokens: 3, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: false },
      costUsd: 0.00012,
      model: 'claude-opus-4-8',
    },
  ]
  const refused = { prompt: 'b', view: events.map(parseRunEvent).reduce(reduceRun, EMPTY_RUN_VIEW) }
  expect(refused.view).toMatchObject({ status: 'failed', text: 'First, ' })
  const { messages, leftOut } = messagesFor([turn('a', 'A'), refused, turn('c', 'C')], { prompt: 'd' })
  expect(messages.map(({ content }) => content)).toEqual(['a', 'A', 'c', 'C', 'd'])
  expect(leftOut).toBe(0)
})

test('of a conversation that is too long the oldest turns are left out, whole, and counted', () => {
  const turns = [turn('a', 'A'.repeat(50)), turn('b', 'B'.repeat(30)), turn('c', 'C'.repeat(10))]
  const kept = (limits: Partial<ConversationLimits>) => {
    const { messages, leftOut } = messagesFor(turns, { prompt: 'd' }, limits)
    return [
      leftOut,
      messages.map(({ content }) => (typeof content === 'string' ? content.slice(0, 1) : '?')).join(''),
    ]
  }
  expect(kept({ maxPromptChars: 94 })).toEqual([0, 'aAbBcCd'])
  expect(kept({ maxPromptChars: 93 })).toEqual([1, 'bBcCd'])
  expect(kept({ maxPromptChars: 42 })).toEqual([2, 'cCd'])
  expect(kept({ maxPromptChars: 1 })).toEqual([3, 'd'])
  expect(kept({ maxMessages: 7 })).toEqual([0, 'aAbBcCd'])
  expect(kept({ maxMessages: 6 })).toEqual([1, 'bBcCd'])
  expect(kept({ maxMessages: 1 })).toEqual([3, 'd'])
})

test('files come before the words, and count with every character that encodes them', () => {
  const { messages } = messagesFor([], { prompt: 'What is it?', attachments: [IMAGE] })
  expect(messages[0]?.content).toEqual([
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
    { type: 'text', text: 'What is it?' },
  ])
  expect(messagesFor([], { prompt: ' ', attachments: [IMAGE] }).messages[0]?.content).toHaveLength(1)
  expect(
    messagesFor([turn('a', 'A')], { prompt: 'b', attachments: [IMAGE] }, { maxPromptChars: 6 }).leftOut,
  ).toBe(1)
  expect(
    messagesFor([turn('a', 'A')], { prompt: 'b', attachments: [IMAGE] }, { maxPromptChars: 7 }).leftOut,
  ).toBe(0)
})
