import { textOf } from './conversation.ts'
import { imageTokens, pdfTokens } from './file-tokens.ts'
import type { ContentBlock, MessagesBody } from './messages-body.ts'

const CHARS_PER_TOKEN = 4
const TOKENS_PER_MESSAGE = 4
/** What follows the last cache breakpoint and is never cached. */
export const TAIL_TOKENS = 3

/** Estimated: about 4 characters a token, images by their pixels, PDFs by their pages. @throws for an unreadable file. */
export function countPromptTokens(body: MessagesBody): number {
  const messages = body.messages.reduce((sum, message) => sum + messageTokens(message), 0)
  return TAIL_TOKENS + headTokens(body) + messages
}

/** Of the system prompt, the tools and the format of the output. */
export function headTokens({ system, tools, output_config }: MessagesBody): number {
  const format = output_config?.format ?? undefined
  const parts = [tools, format].map((part) => (part === undefined ? 0 : JSON.stringify(part).length))
  const characters = parts.reduce((sum, length) => sum + length, textOf(system).length)
  return Math.ceil(characters / CHARS_PER_TOKEN)
}

export function messageTokens({ content }: MessagesBody['messages'][number]): number {
  if (typeof content === 'string') return TOKENS_PER_MESSAGE + Math.ceil(content.length / CHARS_PER_TOKEN)
  return content.reduce((sum, block) => sum + blockTokens(block), TOKENS_PER_MESSAGE)
}

function blockTokens(block: ContentBlock): number {
  const { type, text, source } = block
  if (type === 'text') return Math.ceil((text ?? '').length / CHARS_PER_TOKEN)
  if (source?.type === 'base64') {
    const file = Buffer.from(source.data ?? '', 'base64')
    return type === 'image' ? imageTokens(file) : pdfTokens(file)
  }
  return Math.ceil(JSON.stringify(block).length / CHARS_PER_TOKEN)
}
