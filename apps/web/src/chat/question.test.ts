import { expect, test } from 'vitest'
import type { Attachment } from './attachment.ts'
import { contentOf, questionOf } from './question.ts'

const IMAGE: Attachment = { type: 'image', attachmentId: 'a', name: 'dot.png', size: 3 }
const PLAN: Attachment = { type: 'document', attachmentId: 'b', name: 'plan.pdf', size: 4 }

test('files come before the words', () => {
  expect(contentOf({ prompt: 'What is it?', attachments: [IMAGE] })).toEqual([
    IMAGE,
    { type: 'text', text: 'What is it?' },
  ])
  expect(contentOf({ prompt: ' ', attachments: [IMAGE] })).toEqual([IMAGE])
  expect(contentOf({ prompt: 'Why?' })).toBe('Why?')
})

test('a question comes back from its content, with its files', () => {
  expect(questionOf('Why?')).toEqual({ prompt: 'Why?' })
  const both = { prompt: 'Both', attachments: [IMAGE, PLAN] }
  expect(questionOf(contentOf(both))).toEqual(both)
  expect(questionOf(contentOf({ prompt: '', attachments: [PLAN] }))).toEqual({
    prompt: '',
    attachments: [PLAN],
  })
})
