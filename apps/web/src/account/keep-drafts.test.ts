import { expect, test } from 'vitest'
import { createDrafts, NEW_CHAT } from '../chat/draft.ts'

test('a guest who signs in keeps the drafts over the reload, and the next owner after that does not', () => {
  const kept = new Map<string, string>()
  const storage = () => ({
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  })
  const drafts = createDrafts(storage)
  drafts.keepFor('guest')
  drafts.change(NEW_CHAT, { prompt: 'Half a tho' })
  drafts.handOver()
  const later = createDrafts(storage)
  later.keepFor('ada')
  expect(later.of(NEW_CHAT).prompt).toBe('Half a tho')
  later.keepFor('bob')
  expect(later.of(NEW_CHAT).prompt).toBe('')
})
