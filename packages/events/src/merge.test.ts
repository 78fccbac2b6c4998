import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergeEvents } from './merge.ts'
import { extent } from './position.ts'
import { isTextual, type RunEvent } from './run-event.ts'
import { anyPieces } from './testing/arbitrary-events.ts'

test('neighbouring text becomes one event, in order', () => {
  expect(
    mergeEvents([
      { type: 'thinking', text: 'h' },
      { type: 'thinking', text: 'm' },
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
      { type: 'text', text: 'c' },
      { type: 'thinking', text: 'o' },
    ]),
  ).toEqual([
    { type: 'thinking', text: 'hm' },
    { type: 'text', text: 'abc' },
    { type: 'thinking', text: 'o' },
  ])
})

test('events without text keep their place and separate the text around them', () => {
  const start: RunEvent = { type: 'start', model: 'm', runId: 'r' }
  const events: RunEvent[] = [{ type: 'text', text: 'a' }, start, start, { type: 'text', text: 'b' }]
  expect(mergeEvents(events)).toEqual(events)
})

test('input of one call becomes one event; the inputs of two calls stay apart', () => {
  const input = (callId: string, text: string): RunEvent => ({ type: 'tool_input', callId, text })
  expect(mergeEvents([input('a', '{"x"'), input('a', ':1}'), input('b', '{'), input('b', '}')])).toEqual([
    input('a', '{"x":1}'),
    input('b', '{}'),
  ])
  const mixed = [input('a', '{'), input('b', '{'), input('a', '}'), input('b', '}')]
  expect(mergeEvents(mixed)).toEqual(mixed)
})

test('an empty event is removed, and does not separate the text around it', () => {
  expect(
    mergeEvents([
      { type: 'text', text: 'a' },
      { type: 'thinking', text: '' },
      { type: 'text', text: 'b' },
      { type: 'text', text: '' },
    ]),
  ).toEqual([{ type: 'text', text: 'ab' }])
})

test('the two halves of a surrogate pair are joined', () => {
  expect(
    mergeEvents([
      { type: 'text', text: 'a\ud83d' },
      { type: 'text', text: '\ude00b' },
    ]),
  ).toEqual([{ type: 'text', text: 'a😀b' }])
})

test('property: merging keeps the extent and all text, and leaves nothing to merge', () => {
  fc.assert(
    fc.property(anyPieces, (events) => {
      const merged = mergeEvents(events)
      expect(total(merged)).toBe(total(events))
      for (const kind of KINDS) expect(texts(merged, kind)).toBe(texts(events, kind))
      expect(mergeEvents(merged)).toEqual(merged)
      const neighbours = merged.slice(1).map((event, i) => [merged[i], event].map(kindOf))
      for (const kind of KINDS) expect(neighbours).not.toContainEqual([kind, kind])
    }),
  )
})

test('property: merging parts and then their results equals merging at once', () => {
  fc.assert(
    fc.property(anyPieces, anyPieces, (one, other) => {
      expect(mergeEvents([...mergeEvents(one), ...mergeEvents(other)])).toEqual(
        mergeEvents([...one, ...other]),
      )
    }),
  )
})

test('property: merging does not change its input', () => {
  fc.assert(
    fc.property(anyPieces, (events) => {
      const before = structuredClone(events)
      mergeEvents(events)
      expect(events).toEqual(before)
    }),
  )
})

function total(events: readonly RunEvent[]): number {
  return events.reduce((sum, event) => sum + extent(event), 0)
}

/** The kinds of text in `anyPieces`. */
const KINDS = ['text', 'thinking', 'tool_input call-1', 'tool_input call-2']

function kindOf(event: RunEvent | undefined): string | undefined {
  return event?.type === 'tool_input' ? `${event.type} ${event.callId}` : event?.type
}

function texts(events: readonly RunEvent[], kind: string): string {
  return events.map((event) => (isTextual(event) && kindOf(event) === kind ? event.text : '')).join('')
}
