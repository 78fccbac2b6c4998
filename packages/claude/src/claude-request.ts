import type Anthropic from '@anthropic-ai/sdk'
import type { z } from 'zod'
import type { ClaudeMessage } from './file-block.ts'
import type { Effort } from './models.ts'
import { outputFormat } from './output-format.ts'
import type { ToolDefinition } from './tools.ts'
import type { WebTool } from './web-tools.ts'

/** A request for one answer. */
export interface ClaudeRequest {
  readonly model: string
  readonly messages: readonly ClaudeMessage[]
  readonly system?: string | undefined
  /** What Claude may call. Default: nothing. */
  readonly tools?: readonly (ToolDefinition | WebTool)[] | undefined
  /** Default: {@link DEFAULT_MAX_TOKENS}. Thinking counts towards it. */
  readonly maxTokens?: number | undefined
  /** Default: the model's own. */
  readonly effort?: Effort | undefined
  /**
   * Claude answers with JSON that fits this schema: `json` events instead of `text`. With tools, the text before a call is
   * `json` too, and the last one counts. Default: text.
   */
  readonly output?: z.ZodType | undefined
}

export const DEFAULT_MAX_TOKENS = 64_000

/** @param messages those of the request, with the bytes of their files. */
export function toMessageParams(
  request: ClaudeRequest,
  messages: Anthropic.MessageParam[],
): Anthropic.MessageCreateParamsStreaming {
  const { model, system, tools = [], maxTokens = DEFAULT_MAX_TOKENS, effort, output } = request
  return {
    model,
    messages,
    max_tokens: maxTokens,
    stream: true,
    // By default thinking is not shown, and the page would be silent for a long time.
    thinking: { type: 'adaptive', display: 'summarized' },
    // Automatic caching: the next question reads this conversation from the cache.
    cache_control: { type: 'ephemeral' },
    ...(system === undefined ? {} : { system }),
    ...(tools.length === 0 ? {} : { tools: [...tools] }),
    ...((effort ?? output) && {
      output_config: { ...(effort && { effort }), ...(output && { format: outputFormat(output) }) },
    }),
  }
}

/** Length of the prompt's text, to estimate its tokens before Claude has counted them. */
export function promptChars({ messages, system = '', tools = [], output }: ClaudeRequest): number {
  const toolChars = tools.length === 0 ? 0 : JSON.stringify(tools).length
  const outputChars = output === undefined ? 0 : JSON.stringify(outputFormat(output)).length
  return system.length + toolChars + outputChars + messagesChars(messages)
}

/** Length of the text in messages, and of the JSON of calls and results. Files have none. */
export function messagesChars(messages: readonly ClaudeMessage[]): number {
  return messages.reduce((sum, { content }) => sum + contentChars(content), 0)
}

function contentChars(content: ClaudeMessage['content']): number {
  if (typeof content === 'string') return content.length
  return content.reduce((sum, block) => sum + blockChars(block), 0)
}

function blockChars(block: Exclude<ClaudeMessage['content'], string>[number]): number {
  if ('attachmentId' in block) return 0
  if (block.type === 'text') return block.text.length
  if (block.type === 'thinking') return block.thinking.length + (block.signature?.length ?? 0)
  return JSON.stringify(block).length
}
