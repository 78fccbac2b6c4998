import { expect, test } from 'vitest'
import { Histogram } from './histogram.ts'

test('quantiles are exact to a tenth of a millisecond', () => {
  const histogram = new Histogram()
  for (let ms = 1; ms <= 100; ms += 1) histogram.add(ms)
  expect(histogram.summary()).toEqual({ count: 100, p50: 50, p99: 99, max: 100 })
})

test('durations beyond the last bin count in the last bin, and negative ones in the first', () => {
  const histogram = new Histogram()
  histogram.add(60_000)
  histogram.add(-1)
  expect(histogram.summary()).toMatchObject({ count: 2, p50: 0, max: 2999.9 })
})

test('without samples all quantiles are 0', () => {
  expect(new Histogram().summary()).toEqual({ count: 0, p50: 0, p99: 0, max: 0 })
})
