import type { ChatSend } from '../api.ts'
import type { Attachment } from './attachment.ts'

/** What a person asks: words, files, or both. */
export interface Question {
  readonly prompt: string
  readonly attachments?: readonly Attachment[] | undefined
}

type Content = ChatSend['content']

/** A question as a message's content. */
export function contentOf({ prompt, attachments = [] }: Question): Content {
  if (attachments.length === 0) return prompt
  return prompt.trim() === '' ? [...attachments] : [...attachments, { type: 'text', text: prompt }]
}

/** The question that a message's content is. */
export function questionOf(content: Content): Question {
  if (typeof content === 'string') return { prompt: content }
  const prompts = content.flatMap((block) => (block.type === 'text' ? [block.text] : []))
  return {
    prompt: prompts.join('\n\n'),
    attachments: content.filter((block) => block.type !== 'text'),
  }
}
