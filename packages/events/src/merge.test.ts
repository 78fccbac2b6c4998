import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergeEvents } from './merge.ts'
import { extent } from './position.ts'
import type { RunEvent } from './run-event.ts'
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

test('events without text keep their place and part the text around them', () => {
  const start: RunEvent = { type: 'start', model: 'm', runId: 'r' }
  const events: RunEvent[] = [{ type: 'text', text: 'a' }, start, start, { type: 'text', text: 'b' }]
  expect(mergeEvents(events)).toEqual(events)
})

test('an empty event goes, and does not part the text around it', () => {
  expect(
    mergeEvents([
      { type: 'text', text: 'a' },
      { type: 'thinking', text: '' },
      { type: 'text', text: 'b' },
      { type: 'text', text: '' },
    ]),
  ).toEqual([{ type: 'text', text: 'ab' }])
})

test('a surrogate pair that came in two halves is whole again', () => {
  expect(
    mergeEvents([
      { type: 'text', text: 'a\ud83d' },
      { type: 'text', text: '\ude00b' },
    ]),
  ).toEqual([{ type: 'text', text: 'a😀b' }])
})

test('property: merging keeps the extent and every text, and leaves nothing to merge', () => {
  fc.assert(
    fc.property(anyPieces, (events) => {
      const merged = mergeEvents(events)
      expect(total(merged)).toBe(total(events))
      expect(texts(merged, 'text')).toBe(texts(events, 'text'))
      expect(texts(merged, 'thinking')).toBe(texts(events, 'thinking'))
      expect(mergeEvents(merged)).toEqual(merged)
      const neighbours = merged.slice(1).map((event, i) => [merged[i]?.type, event.type])
      expect(neighbours).not.toContainEqual(['text', 'text'])
      expect(neighbours).not.toContainEqual(['thinking', 'thinking'])
    }),
  )
})

test('property: merging in parts and then together is merging at once', () => {
  fc.assert(
    fc.property(anyPieces, anyPieces, (one, other) => {
      expect(mergeEvents([...mergeEvents(one), ...mergeEvents(other)])).toEqual(
        mergeEvents([...one, ...other]),
      )
    }),
  )
})

test('property: merging changes nothing of what it was given', () => {
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

function texts(events: readonly RunEvent[], type: 'text' | 'thinking'): string {
  return events.map((event) => (event.type === type ? event.text : '')).join('')
}
