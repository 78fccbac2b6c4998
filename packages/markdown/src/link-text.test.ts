import fc from 'fast-check'
import { expect, test } from 'vitest'
import { appendText, EMPTY_BLOCKS } from './blocks.ts'
import { inPieces } from './testing/in-pieces.ts'
import { finishedHtml, endedHtml } from './testing/to-html.tsx'

const textOf = (html: string) => html.replaceAll(/<[^>]*>/g, '')

test.each([
  '^foo',
  '^1',
  '^',
  '',
  '#part',
  'page.html',
  '/trpc',
  '?a=b',
  '//evil.example',
  'javascript:alert(1)',
  'https://',
])('a link to %j is its text', (href) => {
  for (const text of [`See [click me](${href}).`, `See [click me][a].\n\n[a]: <${href}>`])
    expect(textOf(finishedHtml(appendText(EMPTY_BLOCKS, text)))).toContain('See click me.')
})

test('a reference to a footnote is not a link, and a link to its mark is not a footnote', () => {
  const html = finishedHtml(appendText(EMPTY_BLOCKS, 'A[^a] [b](^a) [^c](https://c.example).\n\n[^a]: Note'))
  expect(html).toContain('A<sup><a href="#note-s-a">1</a></sup> <span>b</span> <a href="https://c.example/"')
})

const address = fc.constantFrom(
  '^a',
  '^1',
  '^',
  '',
  '#part',
  'page',
  '/x',
  '//x',
  'javascript:x',
  'https://ok.example',
  'mailto:a@b.example',
  'ftp://x',
  '%5Ea',
  '&#94;a',
  '&#10;^a',
  '\\^a',
  '<^a>',
  '^a "title"',
)
const label = fc.constantFrom('a', 'b', '1', '^a', '^1', 'constructor')
/** Each makes markdown around a word, which must be read wherever its address leads. */
const link = fc.oneof(
  address.map((to) => (word: string) => `[${word}](${to})`),
  address.map((to) => (word: string) => `[**${word}**](${to})`),
  address.map((to) => (word: string) => `![${word}](${to})`),
  address.map((to) => (word: string) => `[![${word}](${to})](${to})`),
  label.map((name) => (word: string) => `[${word}][${name}]`),
  label.map((name) => (word: string) => `![${word}][${name}]`),
  label.map((name) => (word: string) => `[^${name}]: ${word}`),
  label.map((name) => (word: string) => `${word}[^${name}]`),
  fc.constant((word: string) => `[${word}]`),
  fc.constant((word: string) => `[${word}][]`),
)
const definition = fc.tuple(label, address).map(
  ([name, to]) =>
    (word: string) =>
      `${word}\n\n[${name}]: ${to}\n\n`,
)
const gap = fc.constantFrom(
  ' ',
  '\n',
  '\n\n',
  '\n\n- ',
  '\n\n> ',
  '\n\n| a |\n| - |\n| ',
  ' *',
  '**',
  ', ',
  '',
)

test('property: whatever links and footnotes lead to, their text is read', () => {
  const parts = fc.array(fc.tuple(gap, fc.oneof({ weight: 3, arbitrary: link }, definition)), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(parts, fc.integer({ min: 1, max: 40 }), (drawn, size) => {
      const words = drawn.map((_part, index) => `w${index}w`)
      const text = drawn.map(([before, write], index) => before + write(words[index] ?? '')).join('')
      const blocks = inPieces(text, size)
      for (const html of [finishedHtml(blocks), endedHtml(blocks, 'truncated')]) {
        const read = textOf(html)
        expect(
          words.filter((word) => !read.includes(word)),
          JSON.stringify(text),
        ).toEqual([])
      }
    }),
    { numRuns: 400 },
  )
})
