import type { Usage } from './run-event.ts'

/** Tokens and cost; US dollars, null where a price is not known. */
export interface Spent {
  readonly usage: Usage
  readonly costUsd: number | null
}

/** Token counts of both. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    estimated: a.estimated || b.estimated,
  }
}

/** US dollars. Null when one is not known. */
export function addCost(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.round((a + b) * 1_000_000) / 1_000_000
}
