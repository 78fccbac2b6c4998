import fc from 'fast-check'
import { Lexer } from 'marked'
import { expect, test, vi } from 'vitest'
import { appendText, EMPTY_BLOCKS } from './blocks.ts'
import { NO_DEFINITIONS } from './lexer/definitions.ts'
import { lex } from './lexer/lex.ts'
import { ANSWER, LONG } from './testing/answer-text.ts'
import { inPieces, sourcesOf } from './testing/in-pieces.ts'

const whole = (text: string) => sourcesOf(appendText(EMPTY_BLOCKS, text))
const MARKS = [
  '#',
  '- ',
  '1. ',
  '> ',
  '`',
  '```',
  '~~~',
  '|',
  '\n',
  '\n\n',
  '*',
  '**',
  '_',
  '[',
  ']',
  '(',
  ')',
  ': ',
  '    ',
  '  ',
  '---',
  '=',
  '$',
  '$$',
  '\\',
  '<div>',
  '!',
  '^',
  'word',
  ' ',
  '🌊',
  '\r\n',
  '\r',
  '\t',
] as const

test('the blocks do not depend on the pieces in which the text arrives', () => {
  const expected = whole(ANSWER)
  for (let size = 1; size <= 100; size++) expect(sourcesOf(inPieces(ANSWER, size))).toEqual(expected)
})

test.each(Object.entries(LONG))('the cuts in a long %s do not depend on how it arrived', (_, text) => {
  const long = text(20_000)
  const expected = whole(long)
  for (const size of [37, 1000, 2047, 2048, 2049, 8192]) {
    expect(sourcesOf(inPieces(long, size))).toEqual(expected)
  }
})

test('any text of marks gives the same blocks in any pieces', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...MARKS), { maxLength: 2000, size: 'max' }),
      fc.infiniteStream(fc.integer({ min: 1, max: 900 })),
      (marks, sizes) => {
        const text = marks.join('')
        const next = () => sizes.next().value ?? 1
        expect(sourcesOf(inPieces(text, next))).toEqual(whole(text))
      },
    ),
    { numRuns: 100 },
  )
}, 60_000)

test('the blocks are the same as in the full text', () => {
  const text = Array.from({ length: 40 }, (_, index) => `## Part ${index}\n\n${ANSWER}\n`).join('\n')
  const visible = (source: string) =>
    lex(source, NO_DEFINITIONS)
      .filter(({ type }) => type !== 'space' && type !== 'def')
      .map(({ type, raw }) => [type, raw.trimEnd()])
  const found = sourcesOf(inPieces(text, 500)).flat(2)
  expect(found.flatMap((source) => visible(source))).toEqual(visible(text))
})

test.each(Object.entries(LONG))('nothing of a long %s is lost', (kind, text) => {
  const long = text(40_000)
  const sources = whole(long).flat(2)
  // Every word is in exactly one piece. A cut only repeats an opening or a head.
  const count = (words: string) => words.match(/line\d+|Item \d+|\d+\. |x{5,}|\bAfter\b/g)?.join('').length
  expect(count(sources.join('\n'))).toBe(count(long.replaceAll(/^\[.*$/gm, '')))
  if (kind !== 'definitions' && kind !== 'nothing') expect(sources.length).toBeGreaterThan(5)
})

test('a finished block stays the same object', () => {
  const before = inPieces(ANSWER.repeat(12), 100)
  const after = appendText(before, 'and more\n\n'.repeat(50))
  expect(before.sealed.groups.length).toBeGreaterThan(1)
  for (const [index, group] of before.sealed.groups.slice(0, -1).entries()) {
    expect(after.groups[index]).toBe(group)
  }
})

test('a block never moves to another group, which would mount it again', () => {
  const home = new Map<number, number>()
  let blocks = EMPTY_BLOCKS
  for (const char of (ANSWER + LONG.list(9000) + ANSWER).replaceAll(/(.{7})/gs, '$1\0').split('\0')) {
    blocks = appendText(blocks, char)
    for (const group of blocks.groups) {
      for (const { key } of group.blocks) {
        expect(home.get(key) ?? group.key).toBe(group.key)
        home.set(key, group.key)
      }
    }
  }
  expect(home.size).toBeGreaterThan(20)
})

test.each(['mixed', ...Object.keys(LONG)])(
  'an update in %s costs the same after 64,000 tokens as after 1,000: characters that are lexed',
  (kind) => {
    const text =
      kind === 'mixed'
        ? ANSWER.repeat(Math.ceil(290_000 / ANSWER.length))
        : LONG[kind as keyof typeof LONG](290_000)
    const lexed = vi.spyOn(Lexer.prototype, 'blockTokens')
    const costs: number[] = []
    let blocks = EMPTY_BLOCKS
    const append = (from: number, to: number) => {
      for (let at = from; at < to; at += 135) {
        lexed.mockClear()
        blocks = appendText(blocks, text.slice(at, Math.min(at + 135, to)))
        costs.push(lexed.mock.calls.reduce((sum, [source]) => sum + source.length, 0))
      }
    }
    append(0, 45_000)
    // What is between need not arrive in pieces.
    blocks = appendText(blocks, text.slice(45_000, 245_000))
    append(245_000, text.length)
    lexed.mockRestore()
    const mean = (of: number[]) => of.reduce((sum, cost) => sum + cost, 0) / of.length
    expect(mean(costs.slice(-300))).toBeLessThan(1.1 * mean(costs.slice(30, 330)) + 500)
    expect(Math.max(...costs)).toBeLessThan(60_000)
  },
  30_000,
)
