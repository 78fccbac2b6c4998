import { expect, test } from 'vitest'
import { longBlockWriter } from './block-writers.ts'
import { cutDeltas, type Writer } from './cut-deltas.ts'
import { markdownWriter, openAnswer } from './markdown-writer.ts'
import { emojiWriter, loremWriter, thinkingWriter } from './plain-writers.ts'
import { type Random, seededRandom } from './random.ts'
import { endsSentence, readSampleAnswers } from './sample-answers.ts'

const ANSWERS = readSampleAnswers()
const markdown = (random: Random) => markdownWriter(random, ANSWERS, openAnswer(random, ANSWERS, 'Why?'))

interface Cut {
  tokens: number
  limit?: number
  seed?: number
  writer?: (random: Random) => Writer
}

function deltasOf({ tokens, limit = tokens, seed = 1, writer = markdown }: Cut) {
  const random = seededRandom(seed)
  return [...cutDeltas(writer(random), { tokens, limit, random })]
}

function textOf(cut: Cut): string {
  return deltasOf(cut)
    .map(({ text }) => text)
    .join('')
}

const tokensIn = (deltas: readonly { tokens: number }[]) =>
  deltas.reduce((sum, { tokens }) => sum + tokens, 0)

test('deltas are as long as Claude’s: 8 to 11 characters and 2 tokens on average, 17 to 23 at p95', () => {
  const deltas = deltasOf({ tokens: 50_000 })
  const lengths = deltas.map(({ text }) => text.length).toSorted((a, b) => a - b)
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length
  expect(mean).toBeGreaterThan(8)
  expect(mean).toBeLessThan(11)
  expect(50_000 / deltas.length).toBeCloseTo(2.1, 1)
  const p95 = lengths[Math.floor(lengths.length * 0.95)] ?? 0
  expect(p95).toBeGreaterThanOrEqual(17)
  expect(p95).toBeLessThanOrEqual(23)
})

test('any number of tokens is met exactly, and the end is the end of a sentence', () => {
  for (const writer of [markdown, loremWriter, thinkingWriter]) {
    for (let tokens = 1; tokens < 500; tokens += 1) {
      const deltas = deltasOf({ tokens, seed: tokens, writer })
      expect(tokensIn(deltas)).toBe(tokens)
      const text = deltas.map((delta) => delta.text).join('')
      expect(endsSentence(text), text.slice(-80)).toBe(true)
      expect(text.match(/^```/gm)?.length ?? 0).toSatisfy((fences: number) => fences % 2 === 0)
    }
  }
})

test('a limit cuts the same text at that token, whatever is there', () => {
  const whole = textOf({ tokens: 3000 })
  for (const limit of [1, 2, 50, 1234, 2999]) {
    const deltas = deltasOf({ tokens: 3000, limit })
    expect(tokensIn(deltas)).toBe(limit)
    expect(
      whole.startsWith(
        deltas
          .map(({ text }) => text)
          .join('')
          .slice(0, -30),
      ),
    ).toBe(true)
  }
})

test('a long block is closed, and says that it was the end', () => {
  for (const kind of ['fence', 'list', 'table', 'paragraph'] as const) {
    for (const tokens of [5, 100, 1001, 1002, 1003]) {
      const writer = (random: Random) => longBlockWriter(random, kind, ANSWERS)
      const text = textOf({ tokens, seed: tokens, writer })
      expect(text).toMatch(/\n\nThat was the end of it, and this is \*\*another\*\* block\.$/)
      expect(text.match(/^```/gm) ?? []).toHaveLength(kind === 'fence' ? 2 : 0)
    }
  }
})

test('no delta parts a surrogate pair', () => {
  for (const writer of [emojiWriter, markdown]) {
    for (const { text } of deltasOf({ tokens: 20_001, limit: 20_000, writer })) {
      expect(Buffer.from(text).toString()).toBe(text)
    }
  }
})

test('a long answer keeps changing: it has all kinds of blocks, and other answers before one comes again', () => {
  const text = textOf({ tokens: 64_000 })
  const headings = text.match(/^## .+/gm) ?? []
  expect(
    headings.slice(0, 20).filter((heading) => / (?:once more|continued|revisited|top)$/.test(heading)).length,
  ).toBeLessThan(3)
  expect(new Set(headings).size).toBeGreaterThan(60)
  const marks = ['| ', '```', '> ', '- [ ]', '1. ', '  - ', '[^', '**', '京', 'न', '🌊']
  expect(marks.filter((mark) => !text.includes(mark))).toEqual([])
})
