import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { advance, extent, parsePosition } from './position.ts'
import { anyDone, anyError, anyPiece } from './testing/arbitrary-events.ts'

test('text moves the position by its UTF-16 code units', () => {
  expect(extent({ type: 'text', text: 'a😀' })).toBe(3)
  expect(extent({ type: 'thinking', text: 'né' })).toBe(2)
  expect(extent({ type: 'tool_input', callId: 'c', text: '{"a' })).toBe(3)
  expect(extent({ type: 'text', text: '' })).toBe(0)
})

test('text of an unknown type moves the position by its UTF-16 code units too', () => {
  expect(extent({ type: 'unknown', text: 'a😀' })).toBe(3)
  expect(extent({ type: 'unknown', text: '' })).toBe(0)
})

test('every other event moves the position by 1, one of an unknown type too', () => {
  expect(extent({ type: 'start', model: 'claude', runId: 'r' })).toBe(1)
  expect(extent({ type: 'error', code: 'internal', message: 'a long one', retryable: true })).toBe(1)
  expect(extent({ type: 'tool_call', callId: 'c', name: 'shop.add', by: 'server' })).toBe(1)
  expect(extent({ type: 'tool_result', callId: 'c', ok: true, output: 'a long one' })).toBe(1)
  expect(extent({ type: 'unknown' })).toBe(1)
})

test('property: advancing adds the extent, so positions never decrease', () => {
  fc.assert(
    fc.property(fc.nat(), fc.oneof(anyPiece, anyDone, anyError), (position, event) => {
      expect(advance(position, event)).toBe(position + extent(event))
      expect(advance(position, event)).toBeGreaterThanOrEqual(position)
    }),
  )
})

test('property: a position survives a round trip through an SSE id', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (position) => {
      expect(parsePosition(String(position))).toBe(position)
    }),
  )
  expect(parsePosition(String(Number.MAX_SAFE_INTEGER))).toBe(Number.MAX_SAFE_INTEGER)
})

test.for([
  '',
  ' ',
  '-1',
  '-0',
  '+1',
  '01',
  '00',
  '1.0',
  '1e3',
  '0x10',
  ' 7',
  '7 ',
  '7\n',
  '７',
  'NaN',
  'Infinity',
])('the id %j is not a position', (id) => {
  expect(parsePosition(id)).toBeUndefined()
})

test('an id beyond the safe integers is not a position', () => {
  expect(parsePosition('9007199254740992')).toBeUndefined()
  expect(parsePosition('9'.repeat(400))).toBeUndefined()
})

test('property: any other string is not a position, and never throws', () => {
  fc.assert(
    fc.property(fc.string(), (id) => {
      const position = parsePosition(id)
      expect(position === undefined || String(position) === id).toBe(true)
    }),
  )
})
