import { expect, test } from 'vitest'
import { cutDeltas } from './cut-deltas.ts'
import { markdownWriter } from './markdown-writer.ts'
import { emojiWriter } from './plain-writers.ts'
import { seededRandom } from './random.ts'

function deltasOf(tokens: number, options: { seed?: number; truncated?: boolean; emoji?: boolean } = {}) {
  const random = seededRandom(options.seed ?? 1)
  const write = options.emoji ? emojiWriter(random) : markdownWriter(random, ['Why?'])
  return [...cutDeltas(write, tokens, { random, truncated: options.truncated ?? false })]
}

test('deltas are as long as Claude’s: 8 to 11 characters and 2 tokens on average, 17 to 23 at p95', () => {
  const deltas = deltasOf(50_000)
  const lengths = deltas.map(({ text }) => text.length).toSorted((a, b) => a - b)
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length
  expect(mean).toBeGreaterThan(8)
  expect(mean).toBeLessThan(11)
  expect(50_000 / deltas.length).toBeCloseTo(2.1, 1)
  const p95 = lengths[Math.floor(lengths.length * 0.95)] ?? 0
  expect(p95).toBeGreaterThanOrEqual(17)
  expect(p95).toBeLessThanOrEqual(23)
})

test('any number of tokens is met exactly, and the end is the end of a word', () => {
  for (let tokens = 1; tokens < 400; tokens += 1) {
    const deltas = deltasOf(tokens, { seed: tokens })
    expect(deltas.reduce((sum, delta) => sum + delta.tokens, 0)).toBe(tokens)
    expect(deltas.at(-1)?.text).toMatch(/[.!?…]$/)
  }
})

test('no delta parts a surrogate pair', () => {
  for (const { text } of deltasOf(20_000, { emoji: true, truncated: true })) {
    expect(Buffer.from(text).toString()).toBe(text)
  }
})

test('a long answer keeps changing: no paragraph of 64000 tokens makes up much of it', () => {
  const text = deltasOf(64_000)
    .map((delta) => delta.text)
    .join('')
  const paragraphs = text.split('\n\n').filter((paragraph) => paragraph.length > 40)
  expect(new Set(paragraphs).size).toBeGreaterThan(paragraphs.length / 3)
  for (const mark of ['## ', '| ', '```', '> ', '- [ ]', '1. ', '[^n', '**', '日', '🌊']) {
    expect(text).toContain(mark)
  }
  expect(text.match(/^```/gm)?.length).toSatisfy((fences: number) => fences % 2 === 0)
})
