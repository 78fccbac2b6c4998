import type { Conversation } from './conversation.ts'
import { titleOf } from './conversation.ts'

/** A conversation to be read, or to be put into another tool. */
export function toMarkdown(conversation: Conversation): string {
  const parts = conversation.turns.flatMap(({ prompt, attachments = [], view }) => [
    '## You',
    ...attachments.map(({ name }) => `*Attached: ${name}*`),
    prompt,
    `## ${view.model || 'Claude'}`,
    view.text,
    ...(view.error ? [`*${view.error.message}*`] : []),
  ])
  return `${[`# ${titleOf(conversation)}`, ...parts].filter((part) => part !== '').join('\n\n')}\n`
}

export function toJson(conversation: Conversation): string {
  return `${JSON.stringify(conversation, null, 2)}\n`
}

/** A name that every file system takes. */
export function fileNameOf(conversation: Conversation, extension: string): string {
  const words = titleOf(conversation)
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
  return `${words.replaceAll(/^-+|-+$/g, '').slice(0, 40) || 'conversation'}.${extension}`
}
