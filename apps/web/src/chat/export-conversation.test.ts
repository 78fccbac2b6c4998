import { createManualClock, DONE } from '@sluice/client/testing'
import { expect, test } from 'vitest'
import { createChat } from './chat.ts'
import { fileNameOf, toMarkdown } from './export-conversation.ts'
import { fakeApi } from './testing/fake-api.ts'
import { answer, answerOf, type Events, question } from './testing/messages.ts'

const CONVERSATION = {
  conversationId: '0198c0de-0000-4000-8000-000000000000',
  title: 'Locks',
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  messages: [
    question('q', null, 1, [
      { type: 'document', attachmentId: 'f', name: 'plan.pdf', size: 3 },
      { type: 'text', text: 'How deep? [[sim tokens=9]]' },
    ]),
    answer('a', 'q', 2, '**3 m**'),
    answer('b', 'q', 3, '**4 m**'),
  ],
}

test('Markdown is the branch that is shown, in order, with the names of files', () => {
  const chat = createChat({ api: fakeApi(), id: CONVERSATION.conversationId, clock: createManualClock() })
  chat.receive(CONVERSATION)
  expect(toMarkdown('Locks', chat.getState().turns)).toBe(
    ['# Locks', '## You', '*Attached: plan.pdf*', 'How deep?', '## claude-x', '**4 m**\n'].join('\n\n'),
  )
})

test('the name is one that every file system takes', () => {
  expect(fileNameOf('Wie tief ist die Schleuse? /', 'md')).toBe('wie-tief-ist-die-schleuse.md')
  expect(fileNameOf('…', 'json')).toBe('conversation.json')
})

test('a call of a tool is exported with its input and its result', () => {
  const chat = createChat({ api: fakeApi(), id: CONVERSATION.conversationId, clock: createManualClock() })
  const events: Events = [
    { type: 'start', model: 'claude-x', runId: 'a' },
    { type: 'tool_call', callId: 'c', name: 'shop.search', by: 'server' },
    { type: 'tool_input', callId: 'c', text: '{"words":"`milk`"}' },
    { type: 'tool_result', callId: 'c', ok: true, output: '["```"]' },
    { type: 'text', text: 'Found it.' },
    { ...DONE, model: 'claude-x' },
  ]
  chat.receive({ messages: [question('q', null, 1), answerOf('a', 'q', 2, events)] })
  expect(toMarkdown('Milk', chat.getState().turns)).toContain(
    ['*Tool shop.search: done*', '```\n{"words":"`milk`"}\n```', '````\n["```"]\n````', 'Found it.\n'].join(
      '\n\n',
    ),
  )
})
