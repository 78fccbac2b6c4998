import { expect, test } from 'vitest'
import { upstreamOf } from './upstream-of.ts'

test('the server holds at least what the page has received, and Claude has written as much', () => {
  expect(upstreamOf({ claudeSent: 90, held: 80 }, 70)).toEqual({ claudeSent: 90, held: 80 })
  expect(upstreamOf({ claudeSent: 79, held: 80 }, 100)).toEqual({ claudeSent: 100, held: 100 })
  expect(upstreamOf({ claudeSent: undefined, held: 80 }, 100)).toEqual({ claudeSent: undefined, held: 100 })
  expect(upstreamOf(undefined, 100)).toEqual({ claudeSent: undefined, held: 100 })
})
