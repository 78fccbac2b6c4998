import { expect, test } from 'vitest'
import { markUp, markUpCode, type Span } from './mark-up.ts'

const joined = (spans: Span[]) => spans.map(({ text }) => text).join('')
const kinds = (spans: Span[]) => spans.map(({ kind }) => kind).join(' ')

test('bold, code and headings are found, and nothing is lost', () => {
  for (const text of [
    'a **b** `c`\nd',
    '## A **b**\n',
    'a **b `c` d** ** g* `h\n` **open `half',
    '',
    '# ',
    '``',
    '****',
  ]) {
    expect(joined(markUp(text))).toBe(text)
  }
  expect(kinds(markUp('a **b** `c`'))).toBe('plain mark strong mark plain mark code mark')
  expect(kinds(markUp('## A'))).toBe('mark plain')
})

test('what is half written is plain', () => {
  expect(kinds(markUp('**open `half'))).toBe('plain')
})

test('the fences of code are marks, as far as they are there', () => {
  for (const [text, expected] of [
    ['```ts\nlet a\n```\n', 'mark plain mark'],
    ['```ts\nlet a\n```', 'mark plain mark'],
    ['```ts\nlet a\nlet', 'mark plain'],
    ['let a\n```\n', 'plain mark'],
    ['let a\nlet b\n', 'plain'],
    ['```\n```\n', 'mark mark'],
    ['```', 'mark'],
  ] as const) {
    expect(joined(markUpCode(text))).toBe(text)
    expect(kinds(markUpCode(text))).toBe(expected)
  }
})
