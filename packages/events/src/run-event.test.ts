import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { isTerminal, isTextual, parseRunEvent, type RunEvent, RunEventSchema } from './run-event.ts'
import { anyDone, anyError, anyPiece } from './testing/arbitrary-events.ts'

test('property: every event survives a round trip through JSON', () => {
  fc.assert(
    fc.property(fc.oneof(anyPiece, anyDone, anyError), (event) => {
      // costUsd may be -0, which JSON turns into 0.
      expect(parseRunEvent(JSON.parse(JSON.stringify(event)))).toEqual(JSON.parse(JSON.stringify(event)))
    }),
  )
})

test('every type of event is textual, terminal or neither, and never both', () => {
  const types = RunEventSchema.def.options.map((option) => {
    const { type } = option.shape
    const event = { type: type.def.values[0], ...('text' in option.shape && { text: '' }) } as RunEvent
    return [event.type, isTextual(event), isTerminal(event)]
  })
  expect(types).toEqual([
    ['start', false, false],
    ['thinking', true, false],
    ['text', true, false],
    ['json', true, false],
    ['tool_call', false, false],
    ['tool_input', true, false],
    ['tool_state', false, false],
    ['tool_result', false, false],
    ['source', false, false],
    ['step', false, false],
    ['done', false, true],
    ['error', false, true],
  ])
})

test('an event of a newer server’s type is read as unknown', () => {
  expect(parseRunEvent({ type: 'tool_use', name: 'weather' })).toEqual({ type: 'unknown' })
  expect(parseRunEvent({ type: 'constructor' })).toEqual({ type: 'unknown' })
})

test('an event of an unknown type keeps its text, which moves the position', () => {
  expect(parseRunEvent({ type: 'drawing', layer: 'l', text: '<a' })).toEqual({ type: 'unknown', text: '<a' })
  expect(parseRunEvent({ type: 'drawing', text: '' })).toEqual({ type: 'unknown', text: '' })
  expect(parseRunEvent({ type: 'drawing', text: ['a'] })).toEqual({ type: 'unknown' })
})

test('unknown fields of a known type are dropped', () => {
  expect(parseRunEvent({ type: 'text', text: 'a', lang: 'en' })).toEqual({ type: 'text', text: 'a' })
})

test('an unknown error code is read as internal, so that the end is still an end', () => {
  const event = { type: 'error', code: 'out_of_cheese', message: 'Redo from start.', retryable: false }
  expect(parseRunEvent(event)).toEqual({ ...event, code: 'internal' })
})

test.for([
  [{ type: 'text' }],
  [{ type: 'text', text: 7 }],
  [{ type: 'start', model: 'm' }],
  [{ type: 'done', stopReason: 'end_turn' }],
  [{ type: 'tool_input', text: '{}' }],
  [{ type: 'tool_call', callId: 'c', name: 'shop.add', by: 'nobody' }],
  [{ type: 'tool_state', callId: 'c', state: 'done' }],
  [{ type: 'tool_result', callId: 'c', ok: true }],
  [{ type: 'step', model: 'm', costUsd: 0 }],
  [{ type: 'error', code: 'internal', retryable: true }],
])('a known type with the wrong fields throws: %j', ([value]) => {
  expect(() => parseRunEvent(value)).toThrow(z.core.$ZodError)
})

test.for([[undefined], [null], ['text'], [7], [[]], [{}], [{ type: 7 }]])(
  '%j is not an event and throws',
  ([value]) => {
    expect(() => parseRunEvent(value)).toThrow(z.core.$ZodError)
  },
)

test('the schema for writing is strict: an unknown type does not parse', () => {
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
