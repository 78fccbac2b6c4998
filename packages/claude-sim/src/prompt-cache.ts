import { createHash } from 'node:crypto'
import { textOf } from './conversation.ts'
import { imageTokens, pdfTokens } from './file-tokens.ts'
import type { ContentBlock, PromptBody } from './messages-body.ts'

export interface PromptUsage {
  input_tokens: number
  cache_creation_input_tokens: number
  cache_read_input_tokens: number
}

const CHARS_PER_TOKEN = 4
const TOKENS_PER_MESSAGE = 4
/** What follows the last cache breakpoint and is never cached. */
const TAIL_TOKENS = 3
const REMEMBERED_PREFIXES = 10_000

/** Estimated: about 4 characters a token, images by their pixels, PDFs by their pages. @throws for an unreadable file. */
export function countPromptTokens(body: PromptBody): number {
  const messages = body.messages.reduce((sum, message) => sum + messageTokens(message), 0)
  return TAIL_TOKENS + headTokens(body) + messages
}

/** Remembers which prompts it saw, so that the next turn of a conversation reads what this one wrote. */
export class PromptCache {
  readonly #prefixes = new Set<string>()

  usage(body: PromptBody): PromptUsage {
    if (!asksForCaching(body)) {
      const input_tokens = countPromptTokens(body)
      return { input_tokens, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 }
    }
    let prefix = digest(JSON.stringify([body.model, body.system, body.tools], withoutBreakpoints))
    let tokens = headTokens(body)
    let read = 0
    for (const message of body.messages) {
      prefix = digest(prefix, message.role, JSON.stringify(message.content, withoutBreakpoints))
      tokens += messageTokens(message)
      if (this.#prefixes.has(prefix)) read = tokens
    }
    this.#remember(prefix)
    return {
      input_tokens: TAIL_TOKENS,
      cache_creation_input_tokens: tokens - read,
      cache_read_input_tokens: read,
    }
  }

  clear(): void {
    this.#prefixes.clear()
  }

  #remember(prefix: string): void {
    this.#prefixes.delete(prefix)
    this.#prefixes.add(prefix)
    if (this.#prefixes.size <= REMEMBERED_PREFIXES) return
    for (const oldest of this.#prefixes) {
      this.#prefixes.delete(oldest)
      break
    }
  }
}

function asksForCaching(body: PromptBody): boolean {
  if (body.cache_control) return true
  const contents = [body.system, ...body.messages.map((message) => message.content)]
  return contents.some(
    (content) => Array.isArray(content) && content.some((block) => Boolean(block['cache_control'])),
  )
}

function headTokens({ system, tools }: PromptBody): number {
  const characters = textOf(system).length + (tools === undefined ? 0 : JSON.stringify(tools).length)
  return Math.ceil(characters / CHARS_PER_TOKEN)
}

function messageTokens({ content }: PromptBody['messages'][number]): number {
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

/** A breakpoint moves along with the conversation; what it marks stays the same prompt. */
function withoutBreakpoints(key: string, value: unknown): unknown {
  return key === 'cache_control' ? undefined : value
}

function digest(...parts: string[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('\0')
  return hash.digest('base64')
}
