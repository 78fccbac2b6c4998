import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergeEvents } from './merge.ts'
import { extent } from './position.ts'
import type { ReceivedEvent, RunEvent, Usage } from './run-event.ts'
import { EMPTY_RUN_VIEW, reduceRun, type RunView } from './run-view.ts'
import { anyDone, anyError, anyPiece, anyPieces } from './testing/arbitrary-events.ts'

const usage: Usage = {
  inputTokens: 10,
  outputTokens: 5,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  estimated: false,
}

function view(events: readonly ReceivedEvent[]): RunView {
  return events.reduce(reduceRun, EMPTY_RUN_VIEW)
}

test('a run goes from pending over thinking and streaming to done', () => {
  const events: RunEvent[] = [
    { type: 'start', model: 'claude', runId: 'r' },
    { type: 'thinking', text: 'hm' },
    { type: 'text', text: 'He' },
    { type: 'text', text: 'y' },
    { type: 'done', stopReason: 'end_turn', usage, costUsd: 0.01 },
  ]
  const steps = events.map((_, i) => view(events.slice(0, i + 1)))
  expect(steps.map(({ status, position }) => [status, position])).toEqual([
    ['pending', 1],
    ['thinking', 3],
    ['streaming', 5],
    ['streaming', 6],
    ['done', 7],
  ])
  expect(steps.at(-1)).toEqual({
    status: 'done',
    position: 7,
    model: 'claude',
    thinking: 'hm',
    text: 'Hey',
    stopReason: 'end_turn',
    usage,
    costUsd: 0.01,
    error: undefined,
  })
})

test('a failed run keeps the text it had, what it has used, and says why', () => {
  const failed = view([
    { type: 'text', text: 'Half' },
    { type: 'error', code: 'overloaded', message: 'Busy.', retryable: true, usage, costUsd: 0.01 },
  ])
  expect(failed).toMatchObject({ status: 'failed', text: 'Half', position: 5, stopReason: undefined })
  expect(failed).toMatchObject({ usage, costUsd: 0.01 })
  expect(failed.error).toEqual({ code: 'overloaded', message: 'Busy.', retryable: true })
})

test('the model of a view is the one that answered, as far as the end names it', () => {
  const start: RunEvent = { type: 'start', model: 'asked', runId: 'r' }
  const done: RunEvent = { type: 'done', stopReason: 'end_turn', usage, costUsd: null }
  const error: RunEvent = { type: 'error', code: 'overloaded', message: 'Busy.', retryable: true }
  for (const end of [done, error]) {
    expect(view([start, end]).model).toBe('asked')
    expect(view([start, { ...end, model: 'answering' }]).model).toBe('answering')
  }
})

test('white space is text, but not yet writing', () => {
  const blank: RunEvent = { type: 'text', text: '\n\n' }
  const thinking: RunEvent = { type: 'thinking', text: 'hm' }
  expect(view([blank])).toMatchObject({ status: 'pending', text: '\n\n', position: 2 })
  expect(view([blank, thinking, blank])).toMatchObject({ status: 'thinking', text: '\n\n\n\n' })
  expect(view([blank, thinking, { type: 'text', text: ' a' }, blank]).status).toBe('streaming')
})

test('an unknown event only moves the position', () => {
  const before = view([{ type: 'text', text: 'a' }])
  expect(reduceRun(before, { type: 'unknown' })).toEqual({ ...before, position: 2 })
  expect(reduceRun(before, { type: 'unknown', text: 'abc' })).toEqual({ ...before, position: 4 })
})

test('an empty text changes nothing, not even the identity of the view', () => {
  const before = view([{ type: 'thinking', text: 'a' }])
  expect(reduceRun(before, { type: 'text', text: '' })).toBe(before)
})

test('property: what follows the end changes nothing', () => {
  fc.assert(
    fc.property(
      anyPieces,
      fc.oneof(anyDone, anyError),
      fc.oneof(anyPiece, anyDone, anyError),
      (pieces, end, more) => {
        const ended = view([...pieces, end])
        expect(reduceRun(ended, more)).toBe(ended)
      },
    ),
  )
})

test('property: the position of a view is the extent of all it has seen', () => {
  fc.assert(
    fc.property(anyPieces, fc.oneof(anyDone, anyError), (pieces, end) => {
      const events = [...pieces, end]
      expect(view(events).position).toBe(events.reduce((sum, event) => sum + extent(event), 0))
    }),
  )
})

test('property: merged or not, the events give the same view', () => {
  fc.assert(
    fc.property(anyPieces, fc.option(fc.oneof(anyDone, anyError)), (pieces, end) => {
      const events = end === null ? pieces : [...pieces, end]
      expect(view(mergeEvents(events))).toEqual(view(events))
    }),
  )
})

test('property: a view is never changed in place', () => {
  fc.assert(
    fc.property(anyPieces, anyPiece, (pieces, more) => {
      const before = Object.freeze(view(pieces))
      expect(() => reduceRun(before, more)).not.toThrow()
    }),
  )
})
