import { EMPTY_RUN_VIEW } from '@sluice/events'
import { expect, test } from 'vitest'
import { speedOf } from './speed.ts'

const USAGE = { inputTokens: 9, outputTokens: 100, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: false }

test('at its end the tokens are those that Claude counted, over the time since the first one', () => {
  const view = { ...EMPTY_RUN_VIEW, text: 'x'.repeat(1000), usage: USAGE }
  const times = { askedAt: 1000, firstAt: 1600, endedAt: 3600 }
  expect(speedOf(view, times)).toEqual({
    firstTokenMs: 600,
    tokens: 100,
    tokensPerSecond: 50,
    estimated: false,
  })
})

test('before it, and after a Stop, they are a guess by length, thinking included', () => {
  const view = { ...EMPTY_RUN_VIEW, text: 'x'.repeat(600), thinking: 'y'.repeat(200) }
  expect(speedOf(view, { askedAt: 0, firstAt: 1000 }, 3000)).toMatchObject({
    tokens: 200,
    tokensPerSecond: 100,
    estimated: true,
  })
  const stopped = { ...view, usage: { ...USAGE, estimated: true } }
  expect(speedOf(stopped, { firstAt: 1000, endedAt: 3000 })).toMatchObject({ tokens: 200, estimated: true })
})

test('what nobody saw has no speed', () => {
  expect(speedOf(EMPTY_RUN_VIEW, {})).toMatchObject({ firstTokenMs: undefined, tokensPerSecond: undefined })
})
