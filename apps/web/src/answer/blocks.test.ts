import { expect, test } from 'vitest'
import { appendText, type Blocks, EMPTY_BLOCKS } from './blocks.ts'

const SAMPLE = [
  '# Title\n\nFirst paragraph\nof two lines 🌊.\n\n\n',
  '```ts\nconst a = 1\n\nconst b = `x`\n```\nAfter the fence.\n\n',
  '| a | b |\n| - | - |\n| 1 | 2 |\n\n~~~~\n```\nnot an end\n~~~\n~~~~\n',
  '- one\n- two **bold** `code`\n\nlast line without an end',
].join('')

function joined({ closed, open }: Blocks): string {
  return closed.map(({ text }) => text).join('') + open.text
}

function inPieces(text: string, size: number): Blocks {
  let blocks = EMPTY_BLOCKS
  for (let i = 0; i < text.length; i += size) blocks = appendText(blocks, text.slice(i, i + size))
  return blocks
}

test('the blocks joined are the text, however it is cut, and the cuts do not show', () => {
  const whole = appendText(EMPTY_BLOCKS, SAMPLE)
  for (let size = 1; size <= SAMPLE.length; size++) {
    const blocks = inPieces(SAMPLE, size)
    expect(joined(blocks)).toBe(SAMPLE)
    expect(blocks).toEqual(whole)
  }
})

test('headings, code and tables are blocks of their own', () => {
  const { closed, open } = appendText(EMPTY_BLOCKS, SAMPLE)
  const kinds = [...closed, open].filter(({ text }) => text.trim() !== '').map(({ kind }) => kind)
  expect(kinds).toEqual(['heading', 'text', 'code', 'text', 'table', 'code', 'text', 'text'])
})

test('a closed block stays the same object', () => {
  const before = appendText(EMPTY_BLOCKS, 'one\n\ntwo')
  const after = appendText(before, ' and more\n\nthree')
  expect(after.closed[0]).toBe(before.closed[0])
  expect(appendText(after, 'x').closed).toBe(after.closed)
})

test('no block is longer than 8192, whatever the text: lines, one line, or one fence', () => {
  for (const text of [
    'word '.repeat(20_000),
    'a line\n'.repeat(10_000),
    `\`\`\`\n${'code\n'.repeat(20_000)}`,
  ]) {
    const blocks = inPieces(text, 1000)
    expect(joined(blocks)).toBe(text)
    expect(
      Math.max(...[...blocks.closed, blocks.open].map((block) => block.text.length)),
    ).toBeLessThanOrEqual(8192)
  }
})

test('a fence that was cut for its length is code to its end', () => {
  const { closed, open } = inPieces(`\`\`\`\n${'code\n\n'.repeat(3000)}\`\`\`\nafter`, 777)
  expect(new Set(closed.map(({ kind }) => kind))).toEqual(new Set(['code']))
  expect(open).toEqual({ kind: 'text', text: 'after' })
})

test('a cut in a long line does not part a surrogate pair', () => {
  for (const text of ['🌊'.repeat(10_000), `a${'🌊'.repeat(10_000)}`]) {
    for (const block of inPieces(text, 3000).closed) expect(block.text).not.toMatch(/\p{Surrogate}/u)
  }
})
