import { EMPTY_RUN_VIEW, type RunView } from '@sluice/events'
import { expect, test } from 'vitest'
import type { RunSnapshot } from '../run/run-store.ts'
import { announcementOf, endingOf, waitingFor } from './answer-state.ts'
import { EMPTY_BLOCKS } from './blocks.ts'

function snapshot(view: Partial<RunView>, rest: Partial<RunSnapshot> = {}): RunSnapshot {
  return {
    view: { ...EMPTY_RUN_VIEW, ...view },
    text: EMPTY_BLOCKS,
    thinking: EMPTY_BLOCKS,
    connection: 'open',
    failure: undefined,
    commits: 0,
    gaps: 0,
    reconnects: 0,
    acked: 0,
    ...rest,
  }
}

const done = (stopReason: string) => snapshot({ status: 'done', stopReason })
const failed = (retryable: boolean) =>
  snapshot({ status: 'failed', error: { code: 'overloaded', message: 'Busy', retryable } })

test('a complete answer needs no words', () => {
  expect(endingOf(done('end_turn'))).toBeUndefined()
  expect(announcementOf(done('end_turn'))).toBe('Answer complete')
})

test('an answer that was cut, stopped or declined says so', () => {
  expect(endingOf(done('max_tokens'))?.message).toContain('token limit')
  expect(endingOf(done('refusal'))).toMatchObject({ tone: 'note', action: 'edit' })
  expect(announcementOf(done('stopped'))).toBe('Stopped')
})

test('Retry is offered where it may help, and the prompt where it may not', () => {
  expect(endingOf(failed(true))).toMatchObject({ tone: 'error', message: 'Busy', action: 'retry' })
  expect(endingOf(failed(false))?.action).toBe('edit')
})

test('a run that is gone is told calmly, with or without text', () => {
  const failure = { code: 'NOT_FOUND', message: 'No such run', retryable: true }
  expect(endingOf(snapshot({}, { failure }))).toMatchObject({
    tone: 'note',
    message: /^This answer/,
    action: 'retry',
  })
  expect(endingOf(snapshot({ text: 'Half' }, { failure }))?.message).toMatch(/^The rest/)
})

test('what an answer waits for shows until something arrives, and again while reconnecting', () => {
  expect(waitingFor(snapshot({}, { connection: 'connecting' }))).toBe('Connecting')
  expect(waitingFor(snapshot({}))).toBe('Waiting for Claude')
  expect(waitingFor(snapshot({ status: 'thinking' }))).toBeUndefined()
  expect(waitingFor(snapshot({ status: 'streaming' }))).toBeUndefined()
  expect(waitingFor(snapshot({ status: 'streaming' }, { connection: 'reconnecting' }))).toBe('Reconnecting')
  expect(waitingFor(done('end_turn'))).toBeUndefined()
})

test('screen readers hear states, not tokens', () => {
  expect(announcementOf(snapshot({ status: 'streaming', text: 'a' }))).toBe('Answering…')
  expect(announcementOf(snapshot({ status: 'streaming', text: 'ab' }))).toBe('Answering…')
  expect(announcementOf(failed(true))).toBe('Busy')
})
