import { countPromptTokens, headTokens, messageTokens, TAIL_TOKENS } from './count-tokens.ts'
import { messagePrefixes } from './message-prefixes.ts'
import type { MessagesBody } from './messages-body.ts'

export interface PromptUsage {
  input_tokens: number
  cache_creation_input_tokens: number
  cache_read_input_tokens: number
}

const MAX_PREFIXES = 10_000

/** Automatic caching: the next turn of a conversation reads from the cache what this one wrote. */
export class PromptCache {
  readonly #prefixes = new Set<string>()

  usage(body: MessagesBody): PromptUsage {
    if (!body.cache_control) {
      const input_tokens = countPromptTokens(body)
      return { input_tokens, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 }
    }
    const prefixes = messagePrefixes(body)
    let tokens = headTokens(body)
    let read = 0
    for (const [index, message] of body.messages.entries()) {
      tokens += messageTokens(message)
      if (this.#prefixes.has(prefixes[index + 1] ?? '')) read = tokens
    }
    this.#remember(prefixes.at(-1) ?? '')
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
    this.#prefixes.add(prefix)
    const [oldest] = this.#prefixes
    if (this.#prefixes.size > MAX_PREFIXES && oldest !== undefined) this.#prefixes.delete(oldest)
  }
}
