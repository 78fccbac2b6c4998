import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutLength } from './cut.ts'
import { anyText } from './testing/arbitrary-events.ts'

test('a text that fits is not cut', () => {
  expect(cutLength('abc', 3)).toBe(3)
  expect(cutLength('abc', Number.POSITIVE_INFINITY)).toBe(3)
  expect(cutLength('', 5)).toBe(0)
})

test('a text that does not fit is cut at the limit', () => {
  expect(cutLength('abcdef', 4)).toBe(4)
})

test('a cut that would split a surrogate pair is made before it', () => {
  expect(cutLength('ab😀cd', 3)).toBe(2)
  expect(cutLength('ab😀cd', 2)).toBe(2)
  expect(cutLength('ab😀cd', 4)).toBe(4)
})

test('a limit of 1 splits a pair, or nothing could ever be sent', () => {
  expect(cutLength('😀', 1)).toBe(1)
})

test('a pair is not split when other text comes before it', () => {
  expect(cutLength('😀', 1, 0)).toBe(0)
  expect(cutLength('a😀', 1, 0)).toBe(1)
  expect(cutLength('😀', 2, 0)).toBe(2)
})

test('lone halves of pairs are cut like any other character', () => {
  expect(cutLength('\ude00\ud83d', 1)).toBe(1)
  expect(cutLength('\ud83d\ud83d', 1, 0)).toBe(1)
  expect(cutLength('\ud83d\ud83da', 2)).toBe(2)
  expect(cutLength('a\ude00\ude00', 2)).toBe(2)
})

test('property: a cut has all that fits except the first half of a pair, and always makes progress', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 30 }), (text, limit) => {
      const taken = cutLength(text, limit)
      const fits = Math.min(limit, text.length)
      const partsPair = fits < text.length && (text.codePointAt(fits - 1) ?? 0) > 0xff_ff
      expect(taken).toBe(partsPair && fits > 1 ? fits - 1 : fits)
    }),
  )
})

test('property: a text cut repeatedly with any limits joins to the same text', () => {
  fc.assert(
    fc.property(anyText, fc.infiniteStream(fc.integer({ min: 1, max: 5 })), (text, limits) => {
      let rest = text
      const parts: string[] = []
      for (const limit of limits) {
        if (rest === '') break
        const length = cutLength(rest, limit)
        expect(length).toBeGreaterThan(0)
        parts.push(rest.slice(0, length))
        rest = rest.slice(length)
      }
      expect(parts.join('')).toBe(text)
    }),
  )
})
