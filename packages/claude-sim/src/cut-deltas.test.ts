import { expect, test } from 'vitest'
import { cutDeltas, cutInput, type Passage, tokensOf } from './cut-deltas.ts'
import { readSamples } from './sample-answers.ts'

const { answers, emoji } = readSamples()
const TEXT = answers.flatMap(({ parts }) => parts).join('\n\n')

const tokensIn = (deltas: readonly { tokens: number }[]) =>
  deltas.reduce((sum, { tokens }) => sum + tokens, 0)
const textIn = (deltas: readonly { text: string }[]) => deltas.map(({ text }) => text).join('')

function cut(passage: Omit<Passage, 'limit'> & { limit?: number }) {
  return [...cutDeltas({ limit: passage.tokens, ...passage })]
}

test('deltas are as long as Claude’s: 8 to 11 characters and 2 tokens on average, 17 to 23 at p95', () => {
  const tokens = Math.round(TEXT.length / 4.5)
  const deltas = cut({ text: TEXT, tokens })
  const lengths = deltas.map(({ text }) => text.length).toSorted((a, b) => a - b)
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length
  expect(mean).toBeGreaterThan(8)
  expect(mean).toBeLessThan(11)
  expect(tokens / deltas.length).toBeCloseTo(2.1, 1)
  const p95 = lengths[Math.floor(lengths.length * 0.95)] ?? 0
  expect(p95).toBeGreaterThanOrEqual(17)
  expect(p95).toBeLessThanOrEqual(23)
})

test('all deltas together are the text and its tokens, however many or few they are', () => {
  for (const text of ['Yes.', TEXT.slice(0, 1000)]) {
    for (let tokens = 1; tokens < 500; tokens += 1) {
      const deltas = cut({ text, tokens })
      expect(tokensIn(deltas)).toBe(tokens)
      expect(textIn(deltas)).toBe(text)
    }
  }
  expect(cut({ text: '', tokens: 0 })).toEqual([])
})

test('all pieces of an input together are the input and its tokens, however long it is', () => {
  for (let length = 1; length < 5000; length += 1) {
    const text = TEXT.slice(0, length)
    const tokens = tokensOf(text)
    const pieces = [...cutInput({ text, tokens, limit: tokens })]
    expect([textIn(pieces).length, tokensIn(pieces)]).toEqual([length, tokens])
  }
})

test('a limit and a number of deltas cut the same text', () => {
  const whole = cut({ text: TEXT, tokens: 3000 })
  for (const limit of [1, 2, 50, 1234, 2999]) {
    const deltas = cut({ text: TEXT, tokens: 3000, limit })
    expect(tokensIn(deltas)).toBe(limit)
    expect(TEXT.startsWith(textIn(deltas))).toBe(true)
  }
  expect(cut({ text: TEXT, tokens: 3000, maxDeltas: 7 })).toEqual(whole.slice(0, 7))
})

test('the pieces of an input are all of it and its tokens, or its beginning up to a limit', () => {
  for (let chars = 3; chars < 500; chars += 1) {
    const text = TEXT.slice(0, chars)
    const tokens = tokensOf(text)
    const pieces = [...cutInput({ text, tokens, limit: tokens })]
    expect([textIn(pieces), tokensIn(pieces)]).toEqual([text, tokens])
    const limit = Math.floor(tokens / 2)
    const start = [...cutInput({ text, tokens, limit })]
    expect(tokensIn(start)).toBe(limit)
    expect(text.startsWith(textIn(start))).toBe(true)
    expect([...cutInput({ text, tokens, limit: tokens, maxDeltas: 2 })]).toEqual(pieces.slice(0, 2))
  }
})

test('no delta parts a surrogate pair', () => {
  const text = emoji.join(' ')
  for (let tokens = 1; tokens < text.length; tokens += 7) {
    for (const delta of cut({ text, tokens })) expect(Buffer.from(delta.text).toString()).toBe(delta.text)
  }
})
