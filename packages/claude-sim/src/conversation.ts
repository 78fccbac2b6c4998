import type { ContentBlock, MessagesBody } from './messages-body.ts'

/**
 * The settings end at `]]`, unless it is within single quotes. Does not cross the start of another directive: a search
 * that did would go on from each `[[sim` to the end of the text, and 200,000 characters of them would take 18 s.
 */
const DIRECTIVE = /\[\[sim\b((?:'(?:(?!\[\[sim\b)[^'])*'|(?!\[\[sim\b)[^\]'])*)\]\]/g

type Message = MessagesBody['messages'][number]
type Content = Message['content']

export function textOf(content: string | readonly Pick<ContentBlock, 'type' | 'text'>[] = ''): string {
  if (typeof content === 'string') return content
  return content.map((block) => (block.type === 'text' ? (block.text ?? '') : '')).join('\n')
}

export function blocksOf(content: Content): ContentBlock[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content
}

/** The settings between `[[sim` and `]]`, of all directives in the last prompt. */
export function directivesIn(body: MessagesBody): string {
  return [...lastPromptText(body).matchAll(DIRECTIVE)].map((match) => match[1]).join(' ')
}

/** The last user message that is more than the results of tools, without directives. */
export function lastPrompt(body: MessagesBody): string {
  return withoutDirectives(lastPromptText(body))
}

/** What came after the last prompt: answers of Claude, and the results of the tools that it called. */
export function messagesOfLoop({ messages }: MessagesBody): Message[] {
  return messages.slice(messages.findLastIndex(isPrompt) + 1)
}

/** Equal for requests of the same conversation. Directives do not count, so a faster run says the same. */
export function conversationKey(body: MessagesBody): string {
  const turns = body.messages.map((message) => [message.role, withoutDirectives(textOf(message.content))])
  return JSON.stringify([textOf(body.system), turns])
}

function isPrompt({ role, content }: Message): boolean {
  return role === 'user' && blocksOf(content).some(({ type }) => type !== 'tool_result')
}

function lastPromptText({ messages }: MessagesBody): string {
  return textOf(messages.findLast(isPrompt)?.content)
}

function withoutDirectives(text: string): string {
  return text.replaceAll(DIRECTIVE, '').trim()
}
