import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventBuffer } from './event-buffer.ts'
import type { ReceivedEvent, RunEvent } from './run-event.ts'
import { anyPiece, anyText } from './testing/arbitrary-events.ts'
import { expectedRead, units } from './testing/event-model.ts'

const ALL = Number.MAX_SAFE_INTEGER
const START: RunEvent = { type: 'start', model: 'claude', runId: 'r' }

/** Also what only a newer server says. */
const anyReceived: fc.Arbitrary<ReceivedEvent> = fc.oneof(
  { weight: 4, arbitrary: anyPiece },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('unknown'), text: anyText }) },
  { weight: 1, arbitrary: fc.constant({ type: 'unknown' }) },
)

function bufferOf(events: readonly ReceivedEvent[], start = 0): EventBuffer<ReceivedEvent> {
  const buffer = new EventBuffer<ReceivedEvent>(start)
  for (const event of events) buffer.append(event)
  return buffer
}

test('text is read merged, cut to the limit, and from any position', () => {
  const buffer = bufferOf([START, { type: 'text', text: 'ab' }, { type: 'text', text: 'cd' }])
  expect(buffer.end).toBe(5)
  expect(buffer.read(0, ALL)).toEqual([
    { position: 1, event: START },
    { position: 5, event: { type: 'text', text: 'abcd' } },
  ])
  expect(buffer.read(2, 2)).toEqual([{ position: 4, event: { type: 'text', text: 'bc' } }])
  expect(buffer.read(5, ALL)).toEqual([])
  expect(buffer.read(0, 0)).toEqual([])
})

test('the inputs of two calls are read apart, and cut anywhere', () => {
  const input = (callId: string, text: string): RunEvent => ({ type: 'tool_input', callId, text })
  const buffer = bufferOf([input('a', '{"x'), input('a', '":1}'), input('b', '{}')])
  expect(buffer.read(0, ALL)).toEqual([
    { position: 7, event: input('a', '{"x":1}') },
    { position: 9, event: input('b', '{}') },
  ])
  expect(buffer.read(5, 3)).toEqual([
    { position: 7, event: input('a', '1}') },
    { position: 8, event: input('b', '{') },
  ])
})

test('positions begin at the buffer’s start', () => {
  const buffer = bufferOf([{ type: 'text', text: 'abc' }], 100)
  expect(buffer.end).toBe(103)
  expect(buffer.read(101, ALL)).toEqual([{ position: 103, event: { type: 'text', text: 'bc' } }])
})

test('a read beyond the end, or of a dropped part, throws', () => {
  const buffer = bufferOf([START, { type: 'text', text: 'abc' }], 100)
  expect(() => buffer.read(105, ALL)).toThrow('Position 105 is not between 100 and 104.')
  expect(() => buffer.read(99, ALL)).toThrow('Position 99 is not between 100 and 104.')
  buffer.drop(101)
  expect(() => buffer.read(100, ALL)).toThrow('Position 100 is not between 101 and 104.')
  buffer.drop(104)
  expect(() => buffer.read(103, ALL)).toThrow('Position 103 is not between 104 and 104.')
  expect(buffer.read(104, ALL)).toEqual([])
})

test('property: a read is what was appended, cut at its limit', () => {
  fc.assert(
    fc.property(
      fc.array(anyReceived, { maxLength: 20 }),
      fc.array(fc.tuple(fc.nat({ max: 99 }), fc.integer({ min: 1, max: 12 })), { maxLength: 20 }),
      (events, reads) => {
        const buffer = bufferOf(events)
        const all = units(events)
        expect(buffer.end).toBe(all.length)
        for (const [somewhere, limit] of reads) {
          const after = somewhere % (all.length + 1)
          expect(buffer.read(after, limit)).toEqual(expectedRead(all, after, limit))
        }
      },
    ),
  )
})

test('property: a reader that drops what it has read misses nothing, for any interleaving with the writer', () => {
  const anyTurn = fc.oneof(
    fc.record({ append: anyReceived }),
    fc.record({ read: fc.integer({ min: 1, max: 20 }) }),
  )
  fc.assert(
    fc.property(fc.nat(), fc.array(anyTurn, { maxLength: 40 }), (start, turns) => {
      const buffer = new EventBuffer<ReceivedEvent>(start)
      const written: ReceivedEvent[] = []
      const seen: ReceivedEvent[] = []
      const read = (limit: number) => {
        for (const { event } of buffer.read(start + seen.length, limit)) seen.push(...units([event]))
        buffer.drop(start + seen.length)
      }
      for (const turn of turns) {
        if ('read' in turn) read(turn.read)
        else {
          written.push(turn.append)
          buffer.append(turn.append)
        }
      }
      read(ALL)
      expect(seen).toEqual(units(written))
    }),
  )
})
