import { expect, test } from 'vitest'
import { costUsd } from './cost.ts'
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

test('the default model is in the table, and no model is in it twice', () => {
  expect(findModel(DEFAULT_MODEL)).toBeDefined()
  expect(new Set(MODELS.map(({ id }) => id)).size).toBe(MODELS.length)
})
