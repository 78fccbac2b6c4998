import { expect, test } from 'vitest'
import { createDrafts, EMPTY_DRAFT } from './draft.ts'

function memory() {
  const values = new Map<string, string>()
  return {
    values,
    storage: {
      getItem: (key: string) => values.get(key) ?? null,
      setItem: (key: string, value: string) => void values.set(key, value),
      removeItem: (key: string) => void values.delete(key),
    },
  }
}

test('a draft is there after a reload, for its own conversation, and gone when it is empty', () => {
  const { storage, values } = memory()
  const drafts = createDrafts(() => storage)
  drafts.change('a', { prompt: 'Half a tho' })
  expect(createDrafts(() => storage).of('a')).toEqual({ prompt: 'Half a tho', attachments: [] })
  expect(createDrafts(() => storage).of('b')).toEqual(EMPTY_DRAFT)
  drafts.change('a', EMPTY_DRAFT)
  expect(values.size).toBe(0)
})

test('what is no draft is none, and a storage that is forbidden or full is no error', () => {
  const { storage, values } = memory()
  for (const text of ['', '{', '[]', '{"prompt":7}']) {
    values.set('sluice.draft.a', text)
    expect(createDrafts(() => storage).of('a')).toEqual(EMPTY_DRAFT)
  }
  const forbidden = createDrafts(() => {
    throw new DOMException('denied', 'SecurityError')
  })
  forbidden.change('a', { prompt: 'x' })
  expect(forbidden.of('a').prompt).toBe('x')
})
