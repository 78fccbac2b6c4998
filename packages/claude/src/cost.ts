import type { Usage } from '@sluice/events'
import { findModel } from './models.ts'

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
