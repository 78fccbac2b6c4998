import { expect, test } from 'vitest'
import { count, dayOf, dollars, kilobytes, seconds, wholeSeconds } from './format.ts'

test('times are as exact as they are short', () => {
  expect([0, 640, 9940, 9960, 59_000, 59_600, 125_000].map(seconds)).toEqual([
    '0.0 s',
    '0.6 s',
    '9.9 s',
    '10 s',
    '59 s',
    '1 min',
    '2 min 5 s',
  ])
})

test('a countdown reaches 0 at its end, and not before', () => {
  expect([-5, 0, 1, 1000, 1001, 59_001, 61_000].map(wholeSeconds)).toEqual([
    '0 s',
    '0 s',
    '1 s',
    '1 s',
    '2 s',
    '1 min',
    '1 min 1 s',
  ])
})

test('thousands are set apart', () => {
  expect([0, 999.4, 1000, 64_000, 1_234_567].map(count)).toEqual(['0', '999', '1,000', '64,000', '1,234,567'])
})

test('small sums keep the digits that matter', () => {
  expect([0, 0.00012, 0.0099, 0.01, 1.5].map(dollars)).toEqual([
    '$0',
    '$0.00012',
    '$0.0099',
    '$0.0100',
    '$1.5000',
  ])
})

test('sizes are in the unit that fits', () => {
  expect([1, 150_000, 2_200_000].map(kilobytes)).toEqual(['1 KB', '146 KB', '2.1 MB'])
})

test('a day has the name that people give it', () => {
  const now = new Date(2026, 10, 28, 0, 5)
  const named = (...date: [number, number, number, number]) => dayOf(new Date(...date), now)
  expect(named(2026, 10, 28, 0)).toBe('Today')
  expect(named(2026, 10, 27, 23)).toBe('Yesterday')
  expect(named(2026, 10, 22, 1)).toBe('Sunday')
  expect(named(2026, 10, 21, 23)).toBe('November 2026')
  // A clock that runs behind the server's.
  expect(named(2026, 10, 29, 1)).toBe('Today')
})
