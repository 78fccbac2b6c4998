import type { RunView, ToolPart } from '@sluice/events'
import { expect, test } from 'vitest'
import type { RunSnapshot } from '@sluice/client'
import { announcementOf, endingOf } from './ending.ts'
import { snapshotOf } from './testing/snapshot-of.ts'

const done = (stopReason: string, view: Partial<RunView> = {}) =>
  snapshotOf({ status: 'done', stopReason, ...view })
const failed = (error: NonNullable<RunView['error']>, view: Partial<RunView> = {}) =>
  snapshotOf({ status: 'failed', error, ...view })
const lost = (failure: NonNullable<RunSnapshot['failure']>, text = '') =>
  snapshotOf(text === '' ? {} : saying(text), { failure })

const saying = (text: string): Partial<RunView> => ({ parts: [{ type: 'text', text }] })
const HALF = saying('Half')
const HM: Partial<RunView> = { parts: [{ type: 'thinking', text: 'Hm' }] }
const CALL: ToolPart = {
  type: 'tool',
  callId: 'c',
  name: 'shop.add',
  by: 'server',
  input: '{"title":"Milk"}',
  state: 'done',
  output: '{}',
}
const calling = (part: Partial<ToolPart>): Partial<RunView> => ({ parts: [{ ...CALL, ...part }] })

test('a complete answer needs no words', () => {
  expect(endingOf(done('end_turn'))).toBeUndefined()
  expect(announcementOf(done('end_turn'))).toBe('Answer complete')
})

test('an answer that was cut can be continued, and one that was declined asked differently', () => {
  expect(endingOf(done('max_tokens', HALF))).toMatchObject({
    kind: 'cut',
    action: 'continue',
  })
  const refused = { code: 'refused', message: 'Declined', retryable: false } as const
  expect(endingOf(failed(refused))).toMatchObject({
    kind: 'refused',
    action: 'edit',
    cost: /bills a new request/,
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
    expect(endingOf(done(reason, HALF))).toMatchObject({
      kind,
      message,
      action: 'continue',
      cost: /^Continuing sends and bills/,
    })
    for (const text of ['', '\n\n']) {
      expect(endingOf(done(reason, saying(text)))).toMatchObject({
        kind,
        message,
        action: 'retry',
        cost: /bills a new request/,
      })
    }
    expect(announcementOf(done(reason, HALF))).toMatch(message)
  },
)

test('who left finds calmly what was written, and can have it continued', () => {
  const error = { code: 'abandoned', message: 'The answer was ended.', retryable: true } as const
  expect(endingOf(failed(error, HALF))).toMatchObject({
    kind: 'left',
    message: 'Stopped when you left.',
    action: 'continue',
  })
  expect(endingOf(failed(error, HM))).toMatchObject({ kind: 'left', action: 'retry' })
})

test('a page that stayed open and lost its connection is not told that it was left', () => {
  const error = { code: 'abandoned', message: 'The answer was ended.', retryable: true } as const
  const view = { status: 'failed', error, ...HALF } as const
  expect(endingOf(snapshotOf(view, { reconnects: 1 }))).toMatchObject({
    kind: 'left',
    message: 'Stopped because the connection was lost.',
    action: 'continue',
  })
})

test('an answer that a restart of the server interrupted says so, and can be continued', () => {
  const error = { code: 'interrupted', message: 'Restarted', retryable: true } as const
  const expected = { kind: 'failed', message: 'Restarted' }
  expect(endingOf(failed(error, HALF))).toMatchObject({ ...expected, action: 'continue' })
  expect(endingOf(failed(error))).toMatchObject({ ...expected, action: 'retry' })
})

test('Retry is offered where it may help, and the question where it may not', () => {
  const error = { code: 'overloaded', message: 'Busy', retryable: true } as const
  expect(endingOf(failed(error))).toMatchObject({ kind: 'failed', message: 'Busy', action: 'retry' })
  expect(endingOf(failed({ ...error, retryable: false }))?.action).toBe('edit')
})

test('what was turned away before it began cost nothing; what had begun is paid again', () => {
  const error = { code: 'overloaded', message: 'Busy', retryable: true } as const
  expect(endingOf(failed(error))?.cost).toMatch(/cost nothing/)
  expect(endingOf(failed(error, HALF))?.cost).toMatch(/bills a new request/)
  expect(endingOf(failed(error, HM))?.cost).toMatch(/bills a new request/)
  expect(endingOf(failed({ ...error, code: 'upstream_timeout' }))?.cost).toMatch(/bills a new request/)
  const usage = { inputTokens: 9, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: true }
  expect(endingOf(failed(error, { usage }))?.cost).toMatch(/bills a new request/)
})

test('a server that was never reached is asked again under the same number, which is not paid twice', () => {
  const failure = { code: 'unreachable', message: 'Nobody there', retryable: true }
  expect(endingOf(lost(failure))).toMatchObject({ action: 'retry', cost: /not billed twice/ })
})

test('screen readers hear states, not tokens', () => {
  expect(announcementOf(snapshotOf({ status: 'streaming', ...saying('a') }))).toBe('Answering…')
  expect(announcementOf(done('stopped'))).toBe('Stopped.')
  expect(announcementOf(failed({ code: 'overloaded', message: 'Busy', retryable: true }))).toBe('Busy')
})

test('an answer whose calls wait for the user has no ending, and asks for them', () => {
  const waiting = done('approval', calling({ state: 'waiting', output: undefined, input: '{}' }))
  expect(endingOf(waiting)).toBeUndefined()
  expect(announcementOf(waiting)).toBe('Claude wants to use shop.add. Allow or deny.')
})

test('a limit that stops an answer between its steps says so, and it can be continued', () => {
  const usage = { inputTokens: 9, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: false }
  const step = { model: 'claude-x', usage, costUsd: 0 }
  const limited = (stopReason: string) => done(stopReason, { ...calling({}), steps: [step, step] })
  expect(endingOf(limited('step_limit'))).toMatchObject({
    kind: 'paused',
    message: 'Paused after 2 steps, the most that one answer may take.',
    action: 'continue',
  })
  expect(endingOf(limited('budget'))).toMatchObject({ kind: 'paused', message: /cost/, action: 'continue' })
})

test('a token limit that is reached in the input of a call says so', () => {
  const cut = calling({ state: 'dropped', output: undefined })
  expect(endingOf(done('max_tokens', cut))).toMatchObject({
    kind: 'cut',
    message: /before the input of shop\.add was complete/,
    action: 'retry',
  })
})

test('a call that may have happened is named, however the answer ended', () => {
  const unknown = calling({ state: 'unknown', output: undefined })
  const error = { code: 'interrupted', message: 'Restarted.', retryable: true } as const
  expect(endingOf(failed(error, unknown))).toMatchObject({
    message: 'Restarted. The call of shop.add may have happened: check before you go on.',
    action: 'continue',
  })
  expect(endingOf(done('stopped', unknown))?.message).toMatch(
    /^Stopped\. The call of shop\.add may have happened/,
  )
})
