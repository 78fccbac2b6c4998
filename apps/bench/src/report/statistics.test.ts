import { expect, test } from 'vitest'
import { median, pairedRatio, spreadOf } from './statistics.ts'

test('the median is the middle one, or the mean of the two in the middle', () => {
  expect(median([3])).toBe(3)
  expect(median([9, 1, 2])).toBe(2)
  expect(median([4, 1, 10, 2])).toBe(3)
  expect(median([])).toBeNaN()
})

test('one wild round moves the spread, not the median', () => {
  expect(spreadOf([10, 11, 500])).toEqual({ median: 11, min: 10, max: 500 })
})

test('a ratio compares rounds with themselves, so a machine that slows down changes nothing', () => {
  const raw = new Map([
    [1, 10],
    [2, 20],
    [3, 40],
  ])
  const peer = new Map([
    [1, 30],
    [2, 60],
    [3, 120],
  ])
  expect(pairedRatio(peer, raw)).toBe(3)
})

test('rounds that only one of them finished do not count', () => {
  expect(pairedRatio(new Map([[1, 5]]), new Map([[2, 5]]))).toBeNaN()
  expect(
    pairedRatio(
      new Map([
        [1, 4],
        [2, 9],
      ]),
      new Map([[2, 3]]),
    ),
  ).toBe(3)
})
