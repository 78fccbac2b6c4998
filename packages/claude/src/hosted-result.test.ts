import { MAX_OUTPUT_CHARS } from '@sluice/events'
import { expect, test } from 'vitest'
import { hostedResult } from './hosted-result.ts'

const block = (fields: object) => ({ type: 'web_search_tool_result', tool_use_id: 's', ...fields })

test('a result is JSON for people: without what is encrypted', () => {
  const content = [{ title: 'Locks', encrypted_content: 'x', encrypted_index: 'y' }]
  expect(hostedResult(block({ content }))).toEqual({
    toolUseId: 's',
    ok: true,
    output: '[{"title":"Locks"}]',
    pages: [],
  })
})

test('a search has the pages that it found, a fetch the one that it read, without the bytes of a file', () => {
  const found = [
    { type: 'web_search_result', title: 'Locks', url: 'https://example.com/locks', encrypted_content: 'x' },
    { type: 'web_search_result', title: 'Weirs', url: 'https://example.com/weirs', encrypted_content: 'x' },
  ]
  expect(hostedResult(block({ content: found }))?.pages).toEqual([
    { url: 'https://example.com/locks', title: 'Locks' },
    { url: 'https://example.com/weirs', title: 'Weirs' },
  ])
  const source = { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0' }
  const content = { type: 'document', title: 'A manual', source }
  const read = { type: 'web_fetch_result', url: 'https://example.com/manual.pdf', content }
  expect(hostedResult(block({ type: 'web_fetch_tool_result', content: read }))).toEqual({
    toolUseId: 's',
    ok: true,
    output: JSON.stringify(read, (key, value: unknown) => (key === 'data' ? undefined : value)),
    pages: [{ url: 'https://example.com/manual.pdf', title: 'A manual' }],
  })
})

test.each([
  ['max_uses_exceeded', 'It was used as often as one request allows.'],
  ['url_not_accessible', 'The page could not be read.'],
  ['moon_is_full\u202E', 'It failed: moon is full.'],
  [42, 'It failed.'],
])('the error %j is told in words', (error_code, output) => {
  const content = { type: 'web_search_tool_result_error', error_code }
  expect(hostedResult(block({ content }))).toEqual({ toolUseId: 's', ok: false, output, pages: [] })
})

test.each([
  ['says is_error', { is_error: true, content: 'It broke.' }],
  ['has the content of an error', { content: { type: 'web_search_tool_result_error', error_code: 'x' } }],
])('a result that %s is a failure', (_what, fields) => {
  expect(hostedResult(block(fields))).toMatchObject({ ok: false })
})

test('a long result is cut, and says so, but not in the middle of a character', () => {
  for (const content of ['x'.repeat(20_000), '🚪'.repeat(10_000), `x${'🚪'.repeat(10_000)}`]) {
    const { output = '' } = hostedResult(block({ content })) ?? {}
    expect(output.length).toBeGreaterThan(MAX_OUTPUT_CHARS - 2)
    expect(output.length).toBeLessThanOrEqual(MAX_OUTPUT_CHARS)
    expect(output).toMatch(/ … \(cut\)$/)
    expect(output).not.toMatch(/\p{Surrogate}/u)
  }
  const fits = 'x'.repeat(MAX_OUTPUT_CHARS - 2)
  expect(hostedResult(block({ content: fits }))?.output).toBe(JSON.stringify(fits))
})

test('other blocks are not results', () => {
  expect(hostedResult({ type: 'text', text: 'x' })).toBeUndefined()
  expect(hostedResult({ type: 'web_search_tool_result', content: [] })).toBeUndefined()
})
