import { EMPTY_RUN_VIEW } from '@sluice/events'
import { expect, test } from 'vitest'
import type { Conversation } from './conversation.ts'
import { fileNameOf, toJson, toMarkdown } from './export-conversation.ts'

const CONVERSATION: Conversation = {
  version: 1,
  id: '0198c0de-0000-4000-8000-000000000000',
  revision: 1,
  updatedAt: 0,
  turns: [
    {
      runId: '0198c0de-0000-4000-8000-000000000001',
      prompt: 'Wie tief ist die Schleuse? / [[sim tps=9]]',
      attachments: [{ type: 'document', name: 'plan.pdf', mediaType: 'application/pdf', data: 'AAAA' }],
      view: { ...EMPTY_RUN_VIEW, model: 'claude-x', text: '**4 m**' },
    },
  ],
}

test('Markdown is what was said, in order', () => {
  expect(toMarkdown(CONVERSATION)).toBe(
    [
      '# Wie tief ist die Schleuse? /',
      '## You',
      '*Attached: plan.pdf*',
      'Wie tief ist die Schleuse? / [[sim tps=9]]',
      '## claude-x',
      '**4 m**\n',
    ].join('\n\n'),
  )
})

test('JSON is all there is', () => {
  expect(JSON.parse(toJson(CONVERSATION))).toEqual(JSON.parse(JSON.stringify(CONVERSATION)))
})

test('the name is one that every file system takes', () => {
  expect(fileNameOf(CONVERSATION, 'md')).toBe('wie-tief-ist-die-schleuse.md')
  expect(fileNameOf({ ...CONVERSATION, turns: [] }, 'json')).toBe('new-chat.json')
})
