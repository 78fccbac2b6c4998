import { expect, test } from 'vitest'
import { z } from 'zod'
import { listOf } from './list-of.ts'

/** A list of numbers, and how many items were looked at. */
function counting() {
  const seen: unknown[] = []
  const item = z.unknown().transform((value, context) => {
    seen.push(value)
    if (typeof value === 'number') return value + 1
    context.addIssue({ code: 'custom', message: 'expected a number', path: ['deep'] })
    return z.NEVER
  })
  return { seen, schema: z.strictObject({ list: listOf(item, 'expected numbers') }) }
}

test('a list of valid items is parsed, item by item', () => {
  expect(counting().schema.parse({ list: [1, 2] })).toEqual({ list: [2, 3] })
})

test('parsing stops at the first wrong item, and the error has its path', () => {
  const { seen, schema } = counting()
  const { error } = schema.safeParse({ list: [1, 'two', 'three', 4] })
  expect(error?.issues).toMatchObject([{ message: 'expected a number', path: ['list', 1, 'deep'] }])
  expect(seen).toEqual([1, 'two'])
})

test.each([[[]], ['text'], [{ 0: 1 }], [undefined]])('%j is not a list of at least one item', (list) => {
  expect(counting().schema.safeParse({ list }).success).toBe(false)
})
