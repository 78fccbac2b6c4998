import { expect, test } from 'vitest'
import { LONG_BLOCKS, writeLongBlock } from './long-block.ts'
import { hashText, seededRandom } from './random.ts'
import { readSamples } from './sample-answers.ts'
import { writeMarkdown, writeSentences } from './write-text.ts'

const { answers, lorem, thinking } = readSamples()

function markdown(chars: number, seed: number): string {
  const first = answers[seed % answers.length]
  if (first === undefined) throw new Error('no answers')
  return writeMarkdown(seededRandom(seed), chars, { first, answers })
}

test('a text of any length ends with a sentence, about there', () => {
  const writers = [
    markdown,
    (chars: number, seed: number) => writeSentences(seededRandom(seed), chars, lorem),
    (chars: number, seed: number) => writeSentences(seededRandom(seed), chars, thinking),
  ]
  for (const write of writers) {
    for (let chars = 4; chars < 3000; chars += 7) {
      const text = write(chars, chars)
      expect(text).toMatch(/[.!?]$/)
      expect(text.length).toBeGreaterThan(chars - 70)
      expect(text.length).toBeLessThanOrEqual(chars)
      expect(text.match(/^```/gm)?.length ?? 0).toSatisfy((fences: number) => fences % 2 === 0)
    }
    expect(write(0, 1)).toBe('')
  }
})

test('a long answer has all kinds of blocks, and every other answer before one comes again', () => {
  const text = markdown(288_000, 1)
  const headings = Array.from(text.matchAll(/^## \d+\. (.+)/gm), ([, title]) => title)
  expect(new Set(headings.slice(0, answers.length)).size).toBe(answers.length)
  expect(headings.length).toBeGreaterThan(2 * answers.length)
  const marks = ['| ', '```', '> ', '- [ ]', '1. ', '  - ', '[^', '**', '京', 'न', '🌊']
  expect(marks.filter((mark) => !text.includes(mark))).toEqual([])
})

test('a long block is closed, and says that it was the end', () => {
  for (const kind of LONG_BLOCKS) {
    for (const chars of [20, 500, 5001, 5002, 5003]) {
      const text = writeLongBlock(seededRandom(hashText(kind) + chars), chars, { kind, answers })
      expect(text).toMatch(/\n\nThat was the end of it, and this is \*\*another\*\* block\.$/)
      expect(text.match(/^```/gm) ?? []).toHaveLength(kind === 'fence' ? 2 : 0)
    }
  }
})

test('references are defined after everything that refers to them', () => {
  const text = writeLongBlock(seededRandom(1), 20_000, { kind: 'references', answers })
  const firstDefinition = text.search(/^\[/m)
  const numbers = [...text.slice(0, firstDefinition).matchAll(/\[\^n(\d+)\]/g)].map(([, number]) => number)
  expect(numbers.length).toBeGreaterThan(20)
  for (const number of numbers) {
    expect(text.indexOf(`[^n${number}]: `)).toBeGreaterThan(firstDefinition)
    expect(text.indexOf(`[s${number}]: `)).toBeGreaterThanOrEqual(firstDefinition)
  }
})
