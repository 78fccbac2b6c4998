import fc from 'fast-check'
import { Lexer } from 'marked'
import { expect, test, vi } from 'vitest'
import { appendText, EMPTY_BLOCKS } from './blocks.ts'
import { createSplitter } from './create-splitter.ts'
import { ANSWER, LONG } from './testing/answer-text.ts'
import { sourcesOf } from './testing/in-pieces.ts'

const TEXT = `${ANSWER}\n\n${LONG.list(10_000)}\n\n${ANSWER}`

test('property: whenever a growing text is asked for, its blocks are those of the whole text', () => {
  fc.assert(
    fc.property(fc.infiniteStream(fc.integer({ min: 0, max: 3000 })), (lengths) => {
      const split = createSplitter()
      let at = 0
      for (const length of lengths) {
        at += length
        const text = TEXT.slice(0, at)
        expect(sourcesOf(split(text))).toEqual(sourcesOf(appendText(EMPTY_BLOCKS, text)))
        if (at >= TEXT.length) break
      }
    }),
    { numRuns: 20 },
  )
})

test('the same text gives the same blocks, and a longer one the same sealed groups', () => {
  const split = createSplitter()
  const text = ANSWER.repeat(12)
  const before = split(text)
  expect(split(text)).toBe(before)
  const after = split(`${text} and more`)
  expect(before.sealed.groups.length).toBeGreaterThan(1)
  expect(after.groups[0]).toBe(before.groups[0])
})

test('a different text is read from its start', () => {
  const split = createSplitter()
  split('A long first text.\n\nWith two paragraphs.')
  for (const text of ['A shorter one.', 'Another one.']) {
    expect(sourcesOf(split(text))).toEqual([[[text]]])
  }
})

test('the text read before is not read again when it grows', () => {
  const split = createSplitter()
  split(ANSWER.repeat(100))
  const lexed = vi.spyOn(Lexer.prototype, 'blockTokens')
  split(`${ANSWER.repeat(100)} and more`)
  const chars = lexed.mock.calls.reduce((sum, [source]) => sum + source.length, 0)
  lexed.mockRestore()
  expect(chars).toBeGreaterThan(0)
  expect(chars).toBeLessThan(20_000)
})
