import { expect, test } from 'vitest'
import { backoffMs } from './backoff.ts'

const at = (random: number) => [1, 2, 3, 10, 11, 16, 1000].map((attempt) => backoffMs(attempt, () => random))

test('delays grow to a second in the first ten attempts, then to ten; the random part is at least half', () => {
  expect(at(1)).toEqual([250, 375, 562.5, 1000, 1500, 10_000, 10_000])
  expect(at(0)).toEqual([125, 187.5, 281.25, 500, 750, 5000, 5000])
})
