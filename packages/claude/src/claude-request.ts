import type Anthropic from '@anthropic-ai/sdk'

export type Effort = 'low' | 'medium' | 'high' | 'xhigh' | 'max'

/** What to ask Claude. */
export interface ClaudeRequest {
  readonly model: string
  readonly messages: readonly Anthropic.MessageParam[]
  readonly system?: string | undefined
  /** Default: {@link DEFAULT_MAX_TOKENS}. Thinking counts towards it. */
  readonly maxTokens?: number | undefined
  /** Default: the model's own. */
  readonly effort?: Effort | undefined
}

export const DEFAULT_MAX_TOKENS = 64_000

export function toMessageParams(request: ClaudeRequest): Anthropic.MessageCreateParamsStreaming {
  const { model, messages, system, maxTokens = DEFAULT_MAX_TOKENS, effort } = request
  return {
    model,
    messages: [...messages],
    max_tokens: maxTokens,
    stream: true,
    // The default display omits thinking: the reader would sit before a silent page.
    thinking: { type: 'adaptive', display: 'summarized' },
    // Automatic caching: the next turn finds this conversation's prefix.
    cache_control: { type: 'ephemeral' },
    ...(system === undefined ? {} : { system }),
    ...(effort === undefined ? {} : { output_config: { effort } }),
  }
}

/** Roughly how long the prompt is, for an estimate of its tokens before Claude has counted them. */
export function promptChars({ messages, system = '' }: ClaudeRequest): number {
  return system.length + messages.reduce((sum, { content }) => sum + contentChars(content), 0)
}

function contentChars(content: Anthropic.MessageParam['content']): number {
  if (typeof content === 'string') return content.length
  return content.reduce((sum, block) => sum + (block.type === 'text' ? block.text.length : 0), 0)
}
