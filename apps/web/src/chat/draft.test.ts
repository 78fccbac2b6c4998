import { expect, test } from 'vitest'
import { createDrafts, EMPTY_DRAFT, NEW_CHAT } from './draft.ts'

/** As a browser's, as far as it is used. */
function memoryStorage() {
  const values = new Map<string, string>()
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
  }
}

test('a draft is there after a reload, for its own conversation, and gone when it is empty', () => {
  const storage = memoryStorage()
  const drafts = createDrafts(() => storage)
  drafts.change('a', { prompt: 'Half a tho' })
  drafts.change('b', { prompt: 'Another' })
  expect(createDrafts(() => storage).of('a')).toEqual({ prompt: 'Half a tho', attachments: [] })
  expect(createDrafts(() => storage).of('c')).toEqual(EMPTY_DRAFT)
  drafts.change('a', EMPTY_DRAFT)
  expect(Object.keys(createDrafts(() => storage).getState().byId)).toEqual(['b'])
})

test('a stored value that is not a draft is ignored, and blocked or full storage is not an error', () => {
  for (const text of ['', '{', '[]', '{"owner":"","byId":{"a":{"prompt":7}}}']) {
    const storage = memoryStorage()
    storage.setItem('sluice.drafts', text)
    expect(createDrafts(() => storage).of('a')).toEqual(EMPTY_DRAFT)
  }
  const forbidden = createDrafts(() => {
    throw new DOMException('denied', 'SecurityError')
  })
  forbidden.change('a', { prompt: 'x' })
  expect(forbidden.of('a').prompt).toBe('x')
})

test('what comes back goes before what was written meanwhile, and the new chat’s draft goes with its conversation', () => {
  const storage = memoryStorage()
  const drafts = createDrafts(() => storage)
  drafts.change(NEW_CHAT, { prompt: 'And then' })
  drafts.prepend(NEW_CHAT, { ...EMPTY_DRAFT, prompt: 'First' })
  const both = { prompt: 'First\n\nAnd then', attachments: [] }
  expect(drafts.of(NEW_CHAT)).toEqual(both)
  drafts.adopt('a')
  expect(drafts.getState().byId).toEqual({ a: both })
})

test('the draft of a conversation that is gone is the new chat’s', () => {
  const drafts = createDrafts(memoryStorage)
  drafts.change('gone', { prompt: 'Mine' })
  drafts.release('gone')
  expect([drafts.of(NEW_CHAT).prompt, drafts.of('gone').prompt]).toEqual(['Mine', ''])
})

test('drafts are not shown to another owner who has signed in in the same tab', () => {
  const storage = memoryStorage()
  const drafts = createDrafts(() => storage)
  drafts.change(NEW_CHAT, { prompt: 'Before the session was there' })
  drafts.keepFor('ada')
  drafts.change('a', { prompt: 'Half a tho' })
  createDrafts(() => storage).keepFor('ada')
  const later = createDrafts(() => storage)
  expect(Object.keys(later.getState().byId)).toEqual([NEW_CHAT, 'a'])
  later.keepFor('bob')
  expect(later.getState().byId).toEqual({})
  later.change('b', { prompt: 'Bob’s' })
  expect(storage.getItem('sluice.drafts')).not.toContain('Half')
  createDrafts(() => storage).keepFor('bob')
  expect(createDrafts(() => storage).of('b').prompt).toBe('Bob’s')
})

test('when everything is deleted, no draft is left, since their files are gone', () => {
  const storage = memoryStorage()
  const drafts = createDrafts(() => storage)
  drafts.keepFor('ada')
  drafts.change('a', { prompt: 'Half a tho' })
  drafts.change(NEW_CHAT, { prompt: 'New' })
  drafts.forgetAll()
  expect(createDrafts(() => storage).getState()).toEqual({ owner: 'ada', byId: {} })
})
