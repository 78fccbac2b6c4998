import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { appendText, type Blocks, EMPTY_BLOCKS } from './blocks.ts'
import { growingText } from './growing-text.ts'
import { ANSWER, LONG } from './testing/answer-text.ts'
import { sourcesOf } from './testing/in-pieces.ts'

const split = (before: Blocks | undefined, added: string) => appendText(before ?? EMPTY_BLOCKS, added)
const TEXT = `${ANSWER}\n\n${LONG.list(10_000)}\n\n${ANSWER}`

test('property: whenever the blocks are asked for, they are those of the whole text', () => {
  const expected = sourcesOf(appendText(EMPTY_BLOCKS, TEXT))
  fc.assert(
    fc.property(fc.infiniteStream(fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.boolean())), (updates) => {
      let text = growingText()
      let at = 0
      for (const [length, shown] of updates) {
        text = text.plus(TEXT.slice(at, at + length))
        at += length
        if (shown) text.blocks(split)
        if (at >= TEXT.length) break
      }
      expect(sourcesOf(text.blocks(split))).toEqual(expected)
    }),
    { numRuns: 30 },
  )
})

test('what is in blocks is not cut again', () => {
  const cut: string[] = []
  const watched = (before: Blocks | undefined, added: string) => {
    cut.push(added)
    return split(before, added)
  }
  const first = growingText('one ')
  first.blocks(watched)
  first.blocks(watched)
  first.plus('two ').plus('three').blocks(watched)
  expect(cut).toEqual(['one ', 'two three'])
})

test('text that waits is all there, and only its last part changes', () => {
  let text = growingText()
  let before = text.waiting
  for (let at = 0; at < TEXT.length; at += 135) {
    text = text.plus(TEXT.slice(at, at + 135))
    expect(text.waiting.slice(0, before.length - 1)).toEqual(before.slice(0, -1))
    expect(text.waiting.at(-1)?.length).toBeLessThanOrEqual(2048)
    before = text.waiting
  }
  expect(before.join('')).toBe(TEXT)
  expect(before.length).toBeGreaterThan(5)
  for (const part of before.slice(0, -1)) expect(part.endsWith('\n')).toBe(true)
})

test.for(['x'.repeat(10_000), '🌊'.repeat(5000), `a${'🌊'.repeat(5000)}`])(
  'a line without an end is cut too, and no character parted',
  (line) => {
    const { waiting } = growingText(line)
    expect(waiting.join('')).toBe(line)
    for (const part of waiting) {
      expect(part.length).toBeLessThanOrEqual(2048)
      expect(() => encodeURIComponent(part)).not.toThrow()
    }
  },
)
