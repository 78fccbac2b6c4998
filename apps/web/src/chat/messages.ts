import type { RunView } from '@sluice/events'
import type { Attachment } from './attachment.ts'

/** What a person asks: words, files, or both. */
export interface Question {
  readonly prompt: string
  readonly attachments?: readonly Attachment[] | undefined
}

type Block =
  | { type: 'text'; text: string }
  | { type: 'image'; source: { type: 'base64'; media_type: ImageType; data: string } }
  | { type: 'document'; source: { type: 'base64'; media_type: 'application/pdf'; data: string } }
type ImageType = Extract<Attachment, { type: 'image' }>['mediaType']

export interface Message {
  readonly role: 'user' | 'assistant'
  readonly content: string | Block[]
}

/** How long a conversation the server takes. */
export interface ConversationLimits {
  readonly maxPromptChars: number
  readonly maxMessages: number
}

/**
 * What Claude is to be reminded of, the new question last. Turns without an answer, and refused ones, would
 * only invite a second refusal. Of a conversation beyond the limits the oldest turns are `leftOut`.
 */
export function messagesFor(
  turns: readonly (Question & { view: RunView })[],
  question: Question,
  { maxPromptChars = Infinity, maxMessages = Infinity }: Partial<ConversationLimits> = {},
): { messages: Message[]; leftOut: number } {
  const answered = turns.filter(({ view }) => view.text.trim() !== '' && view.error?.code !== 'refused')
  let room = maxPromptChars - charsOf(question)
  // A turn is two messages, and the question one.
  const oldest = answered.length - Math.floor((maxMessages - 1) / 2)
  let first = answered.length
  for (const turn of answered.toReversed()) {
    room -= charsOf(turn) + turn.view.text.length
    if (room < 0 || first <= oldest) break
    first--
  }
  const messages = answered.slice(first).flatMap((turn): Message[] => [
    { role: 'user', content: contentOf(turn) },
    { role: 'assistant', content: turn.view.text },
  ])
  return { messages: [...messages, { role: 'user', content: contentOf(question) }], leftOut: first }
}

/** As the server counts them: files by the characters that encode them. */
export function charsOf({ prompt, attachments = [] }: Question): number {
  return attachments.reduce((sum, { data }) => sum + data.length, prompt.length)
}

function contentOf({ prompt, attachments = [] }: Question): string | Block[] {
  if (attachments.length === 0) return prompt
  const files = attachments.map(toBlock)
  return prompt.trim() === '' ? files : [...files, { type: 'text', text: prompt }]
}

function toBlock(attachment: Attachment): Block {
  const { data } = attachment
  return attachment.type === 'image'
    ? { type: 'image', source: { type: 'base64', media_type: attachment.mediaType, data } }
    : { type: 'document', source: { type: 'base64', media_type: attachment.mediaType, data } }
}
