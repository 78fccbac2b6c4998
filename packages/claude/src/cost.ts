import { CHARS_PER_TOKEN, type Usage } from '@sluice/events'
import { type ClaudeRequest, DEFAULT_MAX_TOKENS, promptChars } from './claude-request.ts'
import { findModel, MODELS } from './models.ts'

/** What a call cost in US dollars, to a millionth; null for a model whose prices are not known. */
export function costUsd(modelId: string, usage: Usage): number | null {
  const model = findModel(modelId)
  if (!model) return null
  const { usdPerMTok, longPrompt } = model
  const promptTokens = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens
  const factor = longPrompt && promptTokens > longPrompt.aboveTokens ? longPrompt.factor : 1
  const microUsd =
    usage.inputTokens * usdPerMTok.input +
    usage.outputTokens * usdPerMTok.output +
    usage.cacheReadTokens * usdPerMTok.cacheRead +
    usage.cacheWriteTokens * usdPerMTok.cacheWrite
  return Math.round(microUsd * factor) / 1_000_000
}

/** As {@link costUsd}, for budgets: where the prices of a model are not known, the dearest known ones count. */
export function budgetedUsd(modelId: string, usage: Usage): number {
  return costUsd(modelId, usage) ?? Math.max(...MODELS.map(({ id }) => costUsd(id, usage) ?? 0))
}

/**
 * What a call may cost at most, in US dollars: as many tokens as it may answer with, and a prompt that is written to
 * the cache. The prompt's tokens are an estimate from its text; images and documents are not in it.
 */
export function worstCaseUsd(request: ClaudeRequest): number {
  return budgetedUsd(request.model, {
    inputTokens: 0,
    outputTokens: request.maxTokens ?? DEFAULT_MAX_TOKENS,
    cacheReadTokens: 0,
    cacheWriteTokens: Math.ceil(promptChars(request) / CHARS_PER_TOKEN),
    estimated: true,
  })
}
