import { expect, test } from 'vitest'
import { webPages } from './web-pages.ts'

const page = (fields: object) => ({ url: 'https://example.com/', title: 'Locks', ...fields })

test('a page is told once, with the title that came first', () => {
  const pages = [
    page({}),
    page({ title: 'Again', url: 'https://EXAMPLE.com' }),
    page({ url: 'https://b.example/' }),
  ]
  expect(webPages(pages)).toEqual([
    { url: 'https://example.com/', title: 'Locks' },
    { url: 'https://b.example/', title: 'Locks' },
  ])
})

test('a citation has an address, unless it is of a file', () => {
  const web = { type: 'web_search_result_location', url: 'https://a.example/', title: null, cited_text: 'x' }
  const result = { type: 'search_result_location', source: 'https://b.example/', title: 'B', cited_text: 'x' }
  const file = { type: 'char_location', document_index: 0, document_title: 'C', cited_text: 'x' }
  expect(webPages([web, result, file])).toEqual([
    { url: 'https://a.example/', title: '' },
    { url: 'https://b.example/', title: 'B' },
  ])
})

test.each([
  [page({ url: 'javascript:alert(1)' })],
  [page({ url: 'https://bank.example@evil.example/' })],
  [page({ url: `https://example.com/${'a'.repeat(2048)}` })],
  [page({ url: 7 })],
  [page({ title: 7 })],
  ['https://example.com'],
  [null],
])('%j is not a page', (value) => {
  expect(webPages([value])).toEqual([])
})

test('a title is one line of visible characters, and no longer than 300', () => {
  const titleOf = (title: string) => webPages([page({ title })])[0]?.title
  expect(titleOf(' \u202EIgnore\u2066 all\n\n\u0000](https://evil.example) ')).toBe(
    'Ignore all ](https://evil.example)',
  )
  expect(titleOf('🚪'.repeat(200))).toBe(`${'🚪'.repeat(149)}…`)
})

test('of a block with many pages the first fifty are told', () => {
  const pages = Array.from({ length: 60 }, (_, index) => page({ url: `https://example.com/${index}` }))
  expect(webPages(pages)).toHaveLength(50)
})
