import type { PromptBody } from './messages-body.ts'

/**
 * Not over the start of another one: a search from each `[[sim` would go on to the end of the text, and 200,000
 * characters of them take 18 s.
 */
const DIRECTIVE = /\[\[sim\b((?:(?!\[\[sim\b)[^\]])*)\]\]/g

type Content = PromptBody['messages'][number]['content']

export function textOf(content: Content | undefined): string {
  if (content === undefined) return ''
  if (typeof content === 'string') return content
  return content.map((block) => (block.type === 'text' ? (block.text ?? '') : '')).join('\n')
}

/** What stands between `[[sim` and `]]`, of all directives in the text. */
export function directivesIn(text: string): string {
  return [...text.matchAll(DIRECTIVE)].map((match) => match[1]).join(' ')
}

export function withoutDirectives(text: string): string {
  return text.replaceAll(DIRECTIVE, '').trim()
}

/** The texts of the user's turns, oldest first, as they were typed. */
export function userTexts(body: PromptBody): string[] {
  return body.messages.filter((message) => message.role === 'user').map((message) => textOf(message.content))
}

/** What makes two requests the same conversation; directives do not, so a faster run says the same. */
export function conversationKey(body: PromptBody): string {
  const turns = body.messages.map((message) => [message.role, withoutDirectives(textOf(message.content))])
  return JSON.stringify([textOf(body.system), turns])
}
