import { EMPTY_RUN_VIEW, type RunView } from '@sluice/events'
import { expect, test } from 'vitest'
import { createChatStorage } from './stored-chat.ts'

const RUN_ID = '0198c0de-0000-4000-8000-000000000000'

function storageWith(value: string | null) {
  const cell = { value }
  const storage = createChatStorage(() => ({
    getItem: () => cell.value,
    setItem(_key, next) {
      cell.value = next
    },
  }))
  return { storage, cell }
}

const COMPLETE: RunView = {
  status: 'done',
  position: 12,
  model: 'claude-opus-4-8',
  thinking: 'hm',
  text: 'It is 🌊',
  stopReason: 'end_turn',
  usage: { inputTokens: 3, outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: false },
  costUsd: null,
  error: undefined,
}

test('what is saved is what is loaded, finished or not', () => {
  const { storage } = storageWith(null)
  const turns = [
    { runId: RUN_ID, prompt: 'Why?', view: COMPLETE },
    { runId: RUN_ID, prompt: 'And?', view: EMPTY_RUN_VIEW },
  ]
  storage.save(turns)
  expect(storage.load()).toEqual(turns)
})

test('anything but a stored conversation is an empty one', () => {
  const turn = { runId: RUN_ID, prompt: 'Why?', view: COMPLETE }
  const others: unknown[] = [
    null,
    [],
    { version: 2, turns: [turn] },
    { version: 1, turns: [{ ...turn, runId: 'x' }] },
    { version: 1, turns: [{ ...turn, prompt: 7 }] },
    { version: 1, turns: [{ ...turn, view: { ...COMPLETE, status: 'napping' } }] },
    { version: 1, turns: [{ ...turn, view: { ...COMPLETE, position: -1 } }] },
  ]
  for (const other of others) expect(storageWith(JSON.stringify(other)).storage.load()).toEqual([])
  for (const text of ['', '{', '\u0000', 'undefined']) expect(storageWith(text).storage.load()).toEqual([])
})

test('a text that its position cannot have produced is not resumed', () => {
  const view = { ...COMPLETE, position: COMPLETE.text.length }
  const value = JSON.stringify({ version: 1, turns: [{ runId: RUN_ID, prompt: 'Why?', view }] })
  expect(storageWith(value).storage.load()).toEqual([])
})

test('storage that is forbidden or full is no error', () => {
  const forbidden = createChatStorage(() => {
    throw new DOMException('denied', 'SecurityError')
  })
  expect(forbidden.load()).toEqual([])
  expect(() => forbidden.save([])).not.toThrow()
})
