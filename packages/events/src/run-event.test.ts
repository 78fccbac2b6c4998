import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { isTerminal, isTextual, parseRunEvent, RunEventSchema } from './run-event.ts'
import { anyDone, anyError, anyPiece } from './testing/arbitrary-events.ts'

test('property: every event survives its way over the wire', () => {
  fc.assert(
    fc.property(fc.oneof(anyPiece, anyDone, anyError), (event) => {
      // costUsd may be -0, which JSON cannot carry and nobody would miss.
      expect(parseRunEvent(JSON.parse(JSON.stringify(event)))).toEqual(JSON.parse(JSON.stringify(event)))
    }),
  )
})

test('property: an event is textual, terminal or a start, and never two of them', () => {
  fc.assert(
    fc.property(fc.oneof(anyPiece, anyDone, anyError), (event) => {
      expect([isTextual(event), isTerminal(event), event.type === 'start'].filter(Boolean)).toHaveLength(1)
    }),
  )
})

test('an event of a type that a newer server invented reads as unknown', () => {
  expect(parseRunEvent({ type: 'tool_use', name: 'weather' })).toEqual({ type: 'unknown' })
  expect(parseRunEvent({ type: 'constructor' })).toEqual({ type: 'unknown' })
})

test('of an event of an unknown type the text is kept, which moves the position', () => {
  expect(parseRunEvent({ type: 'tool_input', callId: 'c', text: '{"a' })).toEqual({
    type: 'unknown',
    text: '{"a',
  })
  expect(parseRunEvent({ type: 'tool_input', text: '' })).toEqual({ type: 'unknown', text: '' })
  expect(parseRunEvent({ type: 'drawing', text: ['a'] })).toEqual({ type: 'unknown' })
})

test('fields that a newer server added to a known type are dropped', () => {
  expect(parseRunEvent({ type: 'text', text: 'a', lang: 'en' })).toEqual({ type: 'text', text: 'a' })
})

test('an error code that a newer server invented reads as internal, so that the end is still an end', () => {
  const event = { type: 'error', code: 'out_of_cheese', message: 'Redo from start.', retryable: false }
  expect(parseRunEvent(event)).toEqual({ ...event, code: 'internal' })
})

test.for([
  [{ type: 'text' }],
  [{ type: 'text', text: 7 }],
  [{ type: 'start', model: 'm' }],
  [{ type: 'done', stopReason: 'end_turn' }],
  [{ type: 'error', code: 'internal', retryable: true }],
])('a known type with the wrong fields throws: %j', ([value]) => {
  expect(() => parseRunEvent(value)).toThrow(z.core.$ZodError)
})

test.for([[undefined], [null], ['text'], [7], [[]], [{}], [{ type: 7 }]])(
  '%j is no event and throws',
  ([value]) => {
    expect(() => parseRunEvent(value)).toThrow(z.core.$ZodError)
  },
)

test('what is written is strict: an invented type does not parse', () => {
  expect(RunEventSchema.safeParse({ type: 'unknown' }).success).toBe(false)
})

test.for([
  ['a negative count', { inputTokens: -1 }],
  ['a fraction', { outputTokens: 1.5 }],
  ['a missing count', { cacheReadTokens: undefined }],
] as const)('usage with %s is refused', ([, wrong]) => {
  const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: false }
  const done = { type: 'done', stopReason: 'end_turn', usage: { ...usage, ...wrong }, costUsd: 0 }
  expect(RunEventSchema.safeParse({ ...done, usage }).success).toBe(true)
  expect(RunEventSchema.safeParse(done).success).toBe(false)
})
