import { expect, test } from 'vitest'
import { NO_WISH, withWish } from './directive.ts'

test('a wish takes the place of an earlier one, and leaves the words alone', () => {
  const first = withWish('Why?', { ...NO_WISH, tps: '300', tokens: '4000' })
  expect(first).toBe('Why? [[sim tps=300 tokens=4000]]')
  expect(withWish(first, { ...NO_WISH, fault: 'reset@60' })).toBe('Why? [[sim fault=reset@60]]')
  expect(withWish(first, NO_WISH)).toBe('Why?')
})

test('a wish without words gets some', () => {
  expect(withWish('', { ...NO_WISH, tps: 'max' })).toMatch(/^\w.* \[\[sim tps=max\]\]$/)
})
