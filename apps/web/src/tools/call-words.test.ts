import type { ToolPart } from '@sluice/events'
import { expect, test } from 'vitest'
import { stateWordsOf, titleOf } from './call-words.ts'

function part(name: string, input: string, change: Partial<ToolPart> = {}): ToolPart {
  return {
    type: 'tool',
    callId: 'c',
    name,
    by: 'claude',
    input,
    state: 'running',
    output: undefined,
    ...change,
  }
}

test('a search says what for, and how many pages it found', () => {
  const search = part('web_search', '{"query":"canal locks"}')
  expect(titleOf(search)).toBe('Search the web for “canal locks”')
  const page = { url: 'https://a.example/', title: 'A' }
  const done = { ...search, state: 'done' } as const
  expect(stateWordsOf({ ...done, sources: [page, page, page] }, undefined)).toBe('3 pages')
  expect(stateWordsOf({ ...done, sources: [page] }, undefined)).toBe('1 page')
  expect(stateWordsOf(done, undefined)).toBe('done')
  expect(stateWordsOf({ ...search, state: 'failed' }, undefined)).toBe('failed')
})

test('a page that is read is told by its address', () => {
  const fetch = part('web_fetch', '{"url":"https://a.example/"}')
  expect(titleOf(fetch)).toBe('Read https://a.example/')
})

test('another tool of Anthropic’s is told by its name, and so is a search whose input is something else', () => {
  const other = part('code_execution', '{"code":"1"}')
  expect(titleOf(other)).toBeUndefined()
  for (const input of ['{}', '[]', 'null', '{"query":7}'])
    expect(titleOf(part('web_search', input))).toBeUndefined()
})
