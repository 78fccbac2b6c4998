import { expect, test } from 'vitest'
import { hasMoreValues } from './json-values.ts'

test.each<[json: unknown, values: number]>([
  [['a, b [c] {d}'], 2],
  [['a quote " and a comma, a backslash \\'], 2],
  [[1, 2, 3], 4],
  [{ a: 1, 'b,c': '\\"' }, 3],
  [{ a: [{ b: 1 }, { c: ['d'] }] }, 7],
  // An empty list or object counts twice.
  [[[]], 3],
])('%j has so many values, and not one more', (value, values) => {
  const json = JSON.stringify(value)
  expect(hasMoreValues(json, values)).toBe(false)
  expect(hasMoreValues(json, values - 1)).toBe(true)
})
