import { expect, test } from 'vitest'
import { speedOf } from './speed.ts'

const USAGE = { inputTokens: 9, outputTokens: 100, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: false }

test('the speed is that of the tokens that Claude counted, over the time since the first one', () => {
  expect(speedOf(USAGE, { askedAt: 1000, firstAt: 1600, endedAt: 3600 })).toBe(50)
})

test('an answer without times, or of an instant, has no speed', () => {
  expect(speedOf(USAGE, {})).toBeUndefined()
  expect(speedOf(USAGE, { firstAt: 1600, endedAt: 1700 })).toBeUndefined()
})
