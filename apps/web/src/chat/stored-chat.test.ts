import { EMPTY_RUN_VIEW, type RunView } from '@sluice/events'
import { expect, test } from 'vitest'
import { StoredTurnsSchema } from './stored-chat.ts'

const RUN_ID = '0198c0de-0000-4000-8000-000000000000'

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
const TURN = { runId: RUN_ID, prompt: 'Why?', view: COMPLETE }

const kept = (turns: unknown): unknown => JSON.parse(JSON.stringify(turns))
const isAccepted = (turns: unknown) => StoredTurnsSchema.safeParse(kept(turns)).success

test('what is saved is what is loaded, finished or not', () => {
  const turns = [TURN, { ...TURN, view: EMPTY_RUN_VIEW, pending: true, leftOut: 2, times: { askedAt: 1 } }]
  expect(StoredTurnsSchema.parse(kept(turns))).toEqual(turns)
})

test('anything but turns is refused', () => {
  const others: unknown[] = [
    null,
    'turns',
    [null],
    [{ ...TURN, runId: 'x' }],
    [{ ...TURN, prompt: 7 }],
    [{ ...TURN, view: { ...COMPLETE, status: 'napping' } }],
    [{ ...TURN, view: { ...COMPLETE, position: -1 } }],
    [{ ...TURN, attachments: [{ type: 'image', name: 'x', mediaType: 'image/svg+xml', data: 'AAAA' }] }],
    [{ ...TURN, attachments: [{ type: 'image', name: 'x', mediaType: 'image/png', data: '"><script>' }] }],
  ]
  expect(others.filter(isAccepted)).toEqual([])
})

test('a text that its position cannot have produced is not resumed', () => {
  expect(isAccepted([{ ...TURN, view: { ...COMPLETE, position: COMPLETE.text.length } }])).toBe(false)
})
