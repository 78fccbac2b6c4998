import type { PromptUsage } from './prompt-cache.ts'

const REQUESTS = 4000
const INPUT_TOKENS = 2_000_000
const OUTPUT_TOKENS = 400_000
const WINDOW_MS = 60_000

/** The rate-limit headers of a busy account. They count down by the minute, and limit nothing. */
export class RateLimits {
  #windowEnds = 0
  #requests = 0
  #input = 0
  #output = 0

  count(usage: PromptUsage, maxTokens: number): void {
    this.#renew()
    this.#requests += 1
    this.#input += usage.input_tokens + usage.cache_creation_input_tokens
    this.#output += maxTokens
  }

  headers(): Record<string, string> {
    this.#renew()
    const reset = new Date(this.#windowEnds).toISOString().replace(/\.\d+Z$/, 'Z')
    return {
      ...limit('requests', REQUESTS, this.#requests, reset),
      ...limit('tokens', INPUT_TOKENS + OUTPUT_TOKENS, this.#input + this.#output, reset),
      ...limit('input-tokens', INPUT_TOKENS, this.#input, reset),
      ...limit('output-tokens', OUTPUT_TOKENS, this.#output, reset),
    }
  }

  #renew(): void {
    const now = Date.now()
    if (now < this.#windowEnds) return

    this.#windowEnds = now + WINDOW_MS
    this.#requests = 0
    this.#input = 0
    this.#output = 0
  }
}

function limit(name: string, limited: number, used: number, reset: string): Record<string, string> {
  const prefix = `anthropic-ratelimit-${name}`
  return {
    [`${prefix}-limit`]: String(limited),
    [`${prefix}-remaining`]: String(Math.max(0, limited - used)),
    [`${prefix}-reset`]: reset,
  }
}
