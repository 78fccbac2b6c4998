import type { RunView } from '@sluice/events'
import { expect, test } from 'vitest'
import type { RunSnapshot } from '@sluice/client'
import { announcementOf, endingOf } from './ending.ts'
import { snapshotOf } from './testing/snapshot-of.ts'

const done = (stopReason: string, view: Partial<RunView> = {}) =>
  snapshotOf({ status: 'done', stopReason, ...view })
const failed = (error: NonNullable<RunView['error']>, view: Partial<RunView> = {}) =>
  snapshotOf({ status: 'failed', error, ...view })
const lost = (failure: NonNullable<RunSnapshot['failure']>, text = '') => snapshotOf({ text }, { failure })

test('a complete answer needs no words', () => {
  expect(endingOf(done('end_turn'))).toBeUndefined()
  expect(announcementOf(done('end_turn'))).toBe('Answer complete')
})

test('an answer that was cut can be continued, and one that was declined asked differently', () => {
  expect(endingOf(done('max_tokens', { text: 'Half' }))).toMatchObject({
    kind: 'cut',
    tone: 'note',
    action: 'continue',
  })
  const refused = { code: 'refused', message: 'Declined', retryable: false } as const
  expect(endingOf(failed(refused))).toMatchObject({
    kind: 'refused',
    tone: 'note',
    action: 'edit',
    cost: /paid again/,
  })
  expect(endingOf(done('model_context_window_exceeded'))).toMatchObject({ kind: 'cut', action: undefined })
})

test.each([
  ['max_tokens', 'cut', /token limit/],
  ['pause_turn', 'paused', /paused/],
  ['tool_use', 'paused', /tool/],
])(
  '%s is not a complete answer: it can be continued, and without text only asked again',
  (reason, kind, message) => {
    expect(endingOf(done(reason, { text: 'Half' }))).toMatchObject({
      kind,
      tone: 'note',
      message,
      action: 'continue',
      cost: /^Continue is a new request/,
    })
    for (const text of ['', '\n\n']) {
      expect(endingOf(done(reason, { text }))).toMatchObject({
        kind,
        message,
        action: 'retry',
        cost: /paid again/,
      })
    }
    expect(announcementOf(done(reason, { text: 'Half' }))).toMatch(message)
  },
)

test('Retry is offered where it may help, and the question where it may not', () => {
  const error = { code: 'overloaded', message: 'Busy', retryable: true } as const
  expect(endingOf(failed(error))).toMatchObject({ tone: 'error', message: 'Busy', action: 'retry' })
  expect(endingOf(failed({ ...error, retryable: false }))?.action).toBe('edit')
})

test('what was turned away before it began cost nothing; what had begun is paid again', () => {
  const error = { code: 'overloaded', message: 'Busy', retryable: true } as const
  expect(endingOf(failed(error))?.cost).toMatch(/cost nothing/)
  expect(endingOf(failed(error, { text: 'Half' }))?.cost).toMatch(/paid again/)
  expect(endingOf(failed(error, { thinking: 'Hm' }))?.cost).toMatch(/paid again/)
  expect(endingOf(failed({ ...error, code: 'upstream_timeout' }))?.cost).toMatch(/paid again/)
  const usage = { inputTokens: 9, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: true }
  expect(endingOf(failed(error, { usage }))?.cost).toMatch(/paid again/)
})

test('a server that was never reached is asked again under the same number, which is not paid twice', () => {
  const failure = { code: 'unreachable', message: 'Nobody there', retryable: true }
  expect(endingOf(lost(failure))).toMatchObject({ action: 'retry', cost: /not paid twice/ })
})

test('a run that is gone is told calmly, with or without text', () => {
  const failure = { code: 'NOT_FOUND', message: 'No such run', retryable: true }
  expect(endingOf(lost(failure))).toMatchObject({ tone: 'note', message: /^This answer/, action: 'retry' })
  expect(endingOf(lost(failure, 'Half'))?.message).toMatch(/^The rest/)
})

test('screen readers hear states, not tokens', () => {
  expect(announcementOf(snapshotOf({ status: 'streaming', text: 'a' }))).toBe('Answering…')
  expect(announcementOf(done('stopped'))).toBe('Stopped')
  expect(announcementOf(failed({ code: 'overloaded', message: 'Busy', retryable: true }))).toBe('Busy')
})
