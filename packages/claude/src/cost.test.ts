import { expect, test } from 'vitest'
import { budgetedUsd, costUsd, worstCaseUsd } from './cost.ts'
import { DEFAULT_MODEL, findModel, MODELS } from './models.ts'

const usage = {
  inputTokens: 1000,
  outputTokens: 2000,
  cacheReadTokens: 4000,
  cacheWriteTokens: 8000,
  estimated: false,
}

test('a cost is tokens times prices, cache reads and writes at their own', () => {
  // 1000 × $5 + 2000 × $25 + 4000 × $0.50 + 8000 × $6.25, per million.
  expect(costUsd('claude-opus-4-8', usage)).toBe(0.107)
})

test('a long prompt costs its factor, counted over cached and new tokens, from one token above the limit', () => {
  const prompt = { ...usage, inputTokens: 0, outputTokens: 1_000_000, cacheWriteTokens: 0 }
  expect(costUsd('claude-haiku-5-5', { ...prompt, cacheReadTokens: 100_000 })).toBe(0.501)
  expect(costUsd('claude-haiku-5-5', { ...prompt, cacheReadTokens: 100_001 })).toBe(2.505)
})

test('a model without known prices costs null, not nothing', () => {
  expect(costUsd('claude-of-tomorrow', usage)).toBeNull()
})

test('a budget counts a model without known prices as the dearest known one for that usage', () => {
  expect(budgetedUsd('claude-opus-5-5', usage)).toBe(costUsd('claude-opus-5-5', usage))
  expect(budgetedUsd('claude-of-tomorrow', usage)).toBe(costUsd('claude-opus-4-8', usage))
})

test('the worst case of a call is all the tokens it may answer with, and its prompt written to the cache', () => {
  const messages = [{ role: 'user' as const, content: 'x'.repeat(4000) }]
  // 1000 × $6.25 + 64,000 × $25, per million.
  expect(worstCaseUsd({ model: 'claude-opus-4-8', messages })).toBe(1.60625)
  expect(worstCaseUsd({ model: 'claude-opus-4-8', messages, maxTokens: 1000 })).toBe(0.03125)
  expect(worstCaseUsd({ model: 'claude-of-tomorrow', messages })).toBe(1.60625)
})

test('the default model is in the table, and no model is in it twice', () => {
  expect(findModel(DEFAULT_MODEL)).toBeDefined()
  expect(new Set(MODELS.map(({ id }) => id)).size).toBe(MODELS.length)
})
