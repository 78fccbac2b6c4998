import { expect, test } from 'vitest'
import { budgetedUsd, costUsd, type Iteration, worstCaseUsd } from './cost.ts'
import type { ClaudeMessage } from './file-block.ts'
import { webTools } from './web-tools.ts'
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

test('a long prompt costs its factor from one token above the limit, cached and new tokens together', () => {
  const prompt = { ...usage, inputTokens: 0, outputTokens: 1_000_000, cacheWriteTokens: 0 }
  expect(costUsd('claude-haiku-5-5', { ...prompt, cacheReadTokens: 100_000 })).toBe(0.501)
  expect(costUsd('claude-haiku-5-5', { ...prompt, cacheReadTokens: 100_001 })).toBe(2.505)
})

test('an advisor’s call and a compaction cost their own, though the usage leaves them out', () => {
  const message = { ...usage, type: 'message' }
  const advisor = { ...usage, type: 'advisor_message', model: 'claude-sonnet-5-5' }
  const compaction = { ...usage, type: 'compaction' }
  const own = costUsd('claude-opus-4-8', usage) ?? 0
  const advice = costUsd('claude-sonnet-5-5', usage) ?? 0
  const cost = (...iterations: Iteration[]) => costUsd('claude-opus-4-8', usage, { iterations })
  expect(cost(message, advisor, compaction)).toBeCloseTo(own * 2 + advice, 9)
  // Where the answer's own calls are not listed, they are in the usage all the same.
  expect(cost(advisor)).toBeCloseTo(own + advice, 9)
  expect(cost(message, { ...advisor, model: 'claude-of-tomorrow' })).toBeNull()
})

test('a prompt is long or not for each call of an answer, and not for all of them together', () => {
  const tokens = { inputTokens: 60_000, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 }
  const iterations = [
    { ...tokens, type: 'message' },
    { ...tokens, type: 'message' },
  ]
  expect(costUsd('claude-haiku-5-5', { ...tokens, inputTokens: 120_000 }, { iterations })).toBe(0.012)
})

test('every web search costs a cent', () => {
  const own = costUsd('claude-opus-4-8', usage) ?? 0
  expect(costUsd('claude-opus-4-8', usage, { webSearches: 3 })).toBeCloseTo(own + 0.03, 9)
})

test('a model without known prices costs null, not nothing', () => {
  expect(costUsd('claude-of-tomorrow', usage)).toBeNull()
})

test('a budget counts a model without known prices as the most expensive known one for that usage', () => {
  expect(budgetedUsd('claude-opus-5-5', usage)).toBe(costUsd('claude-opus-5-5', usage))
  expect(budgetedUsd('claude-of-tomorrow', usage)).toBe(costUsd('claude-opus-4-8', usage))
})

test('the worst case of a call is its maximum of output tokens, and its prompt written to the cache', () => {
  const messages = [{ role: 'user' as const, content: 'x'.repeat(4000) }]
  // 1000 × $6.25 + 64,000 × $25, per million.
  expect(worstCaseUsd({ model: 'claude-opus-4-8', messages })).toBe(1.60625)
  expect(worstCaseUsd({ model: 'claude-opus-4-8', messages, maxTokens: 1000 })).toBe(0.03125)
  expect(worstCaseUsd({ model: 'claude-of-tomorrow', messages })).toBe(1.60625)
})

test('the worst case of a call has its files, as much as the model takes', () => {
  const file = { attachmentId: 'a', name: 'a' }
  const image = { ...file, type: 'image', size: 3_900_000 } as const
  const pdf = (size: number) => ({ ...file, type: 'document', size }) as const
  const worstCase = (content: ClaudeMessage['content']) =>
    worstCaseUsd({ model: 'claude-opus-4-8', maxTokens: 1000, messages: [{ role: 'user', content }] })
  // Beside 1000 × $25: 2 × 1600, then 100,000, then a million × $6.25, per million.
  expect(worstCase([image, image])).toBe(0.045)
  expect(worstCase([pdf(200_000)])).toBe(0.65)
  expect(worstCase([pdf(24_000_000), image])).toBe(6.275)
})

test('the worst case of a call has the definitions of tools, calls and their results', () => {
  const long = 'x'.repeat(4000)
  const tool = { name: 'add', description: long, input_schema: { type: 'object' as const } }
  const use = { type: 'tool_use', id: 'a', name: 'add', input: { long } } as const
  const result = { type: 'tool_result', tool_use_id: 'a', content: long } as const
  const request = { model: 'claude-opus-4-8', maxTokens: 1000, messages: [] }
  // Beside 1000 × $25: a thousand tokens each × $6.25, per million, and a few for the rest of the JSON.
  const more = (usd: number) => (usd - 0.025) / 0.006_25
  expect(more(worstCaseUsd({ ...request, tools: [tool] }))).toBeCloseTo(1.02, 1)
  expect(more(worstCaseUsd({ ...request, messages: [{ role: 'assistant', content: [use] }] }))).toBeCloseTo(
    1.02,
    1,
  )
  expect(more(worstCaseUsd({ ...request, messages: [{ role: 'user', content: [result] }] }))).toBeCloseTo(
    1.02,
    1,
  )
})

test('the worst case of a call has all searches that it may make, and all pages that it may read', () => {
  const request = { model: 'claude-opus-4-8', maxTokens: 1000, messages: [] }
  const cost = (search: boolean, fetch: boolean) =>
    worstCaseUsd({ ...request, tools: webTools({ search, fetch }) })
  // Five at a cent each, and five of 20,000 tokens × $6.25 per million. The definitions are a few tokens.
  expect(cost(true, false)).toBeCloseTo(0.025 + 0.05, 3)
  expect(cost(false, true)).toBeCloseTo(0.025 + 0.625, 3)
  expect(cost(true, true)).toBeCloseTo(0.025 + 0.05 + 0.625, 3)
})

test('the default model is in the table, and no model is in it twice', () => {
  expect(findModel(DEFAULT_MODEL)).toBeDefined()
  expect(new Set(MODELS.map(({ id }) => id)).size).toBe(MODELS.length)
})
