import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPartialJson, type PartialJson } from './partial-json.ts'

/** A parser that is awaited. */
function parser() {
  let parsed = () => {}
  const json = createPartialJson(() => parsed())
  return {
    json,
    write: (text: string) =>
      new Promise<unknown>((resolve) => {
        parsed = () => resolve(json.value())
        json.write(text)
      }),
  }
}

async function valueOf(text: string): Promise<unknown> {
  return parser().write(text)
}

/** Keys that are special to JavaScript, or to a parser, and texts that are hard to cut. */
const anyText = fc.string({
  unit: fc.constantFrom('a', 'é', ' ', '"', '\\', '/', '\n', '\u2028', '😀', '\ud83d', '{', ']', ',', ':'),
  maxLength: 8,
})
const anyKey = fc.oneof(
  anyText,
  fc.constantFrom('__proto__', 'constructor', 'toString', 'length', '1', '0', ''),
)
const { json: anyJson } = fc.letrec((again) => ({
  json: fc.oneof(
    { maxDepth: 5 },
    anyText,
    fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(-0.5e-7)),
    fc.constantFrom(true, false, null),
    fc.array(again('json'), { maxLength: 4 }),
    fc
      .array(fc.tuple(anyKey, again('json')), { maxLength: 4 })
      .map((entries) => Object.fromEntries(new Map(entries))),
  ),
}))
const anyStyle = fc.constantFrom<(json: string) => string>(
  (json) => json,
  (json) => JSON.stringify(JSON.parse(json), undefined, '\t'),
  (json) =>
    json.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
)
const anyDocument = fc
  .tuple(fc.oneof(fc.array(anyJson), fc.dictionary(anyKey, anyJson)), anyStyle)
  .map(([value, style]) => style(JSON.stringify(value)))

/** Whether `partial` is what `final` is at first: texts and arrays may be shorter, fields missing, all else the same. */
function isBeginningOf(partial: unknown, final: unknown): boolean {
  if (typeof partial === 'string') return typeof final === 'string' && final.startsWith(partial)
  if (typeof partial !== 'object' || partial === null) return Object.is(partial, final)
  if (typeof final !== 'object' || final === null || Array.isArray(partial) !== Array.isArray(final))
    return false
  const entries = Object.entries(partial)
  const finals = new Map<string, unknown>(Object.entries(final))
  return entries.every(([key, value]) => finals.has(key) && isBeginningOf(value, finals.get(key)))
}

/** Of all objects and arrays that are in both: what is finished is the same object, and all of it is final. */
function checkFinished(json: PartialJson, partial: unknown, final: unknown): void {
  if (typeof partial !== 'object' || partial === null || typeof final !== 'object' || final === null) return
  if (json.isFinished(partial)) expect(partial).toEqual(final)
  const items = Object.entries(partial)
  for (const [index, [key, value]] of items.entries()) {
    // All items of an array but the last.
    if (Array.isArray(partial) && index < items.length - 1 && typeof value === 'object' && value !== null)
      expect(json.isFinished(value)).toBe(true)
    checkFinished(json, value, Object.entries(final).find(([name]) => name === key)?.[1])
  }
}

test('cut anywhere, every partial value is a beginning of the final one, with the final types', async () => {
  await fc.assert(
    fc.asyncProperty(anyDocument, fc.array(fc.nat({ max: 9 })), async (text, widths) => {
      const final: unknown = JSON.parse(text)
      const { json, write } = parser()
      let position = 0
      for (let i = 0; position < text.length; i++) {
        const width = widths.length === 0 ? 1 : (widths[i % widths.length] ?? 0) || 1
        const partial = await write(text.slice(position, position + width))
        position += width
        if (partial !== undefined) expect(isBeginningOf(partial, final)).toBe(true)
        checkFinished(json, partial, final)
      }
      expect(json.value()).toEqual(final)
      expect(json.isFinished(Object(json.value()))).toBe(true)
    }),
  )
})

test('resumed at any position, it is the same', async () => {
  await fc.assert(
    fc.asyncProperty(anyDocument, async (text) => {
      const steady = parser()
      for (let at = 1; at <= text.length; at++) {
        const value = await steady.write(text.slice(at - 1, at))
        expect(await valueOf(text.slice(0, at))).toEqual(value)
      }
    }),
    { numRuns: 30 },
  )
})

test('what a page holds does not change any more, and what is finished stays the same object', async () => {
  const { json, write } = parser()
  const first: any = await write('{"notes":[{"title":"One","text":"1"},{"title":"T')
  expect(first).toEqual({ notes: [{ title: 'One', text: '1' }, { title: 'T' }] })
  expect(first.notes.map(json.isFinished)).toEqual([true, false])
  const second: any = await write('wo"')
  expect(first.notes[1]).toEqual({ title: 'T' })
  expect(second).not.toBe(first)
  expect(second.notes).not.toBe(first.notes)
  expect(second.notes[0]).toBe(first.notes[0])
  expect(second.notes[1]).toEqual({ title: 'Two' })
  const third: any = await write('},')
  expect(json.isFinished(third.notes[1])).toBe(true)
  expect(json.isFinished(third.notes)).toBe(false)
})

test('a number is there when it is complete, and a word too', async () => {
  expect(await valueOf('{"a":12')).toEqual({})
  expect(await valueOf('{"a":12,')).toEqual({ a: 12 })
  expect(await valueOf('[tru')).toEqual([])
  expect(await valueOf('{"a')).toEqual({})
  expect(await valueOf('["\\u00e')).toEqual([''])
  expect(await valueOf(' ')).toBeUndefined()
})

test('of two fields with one key, the last counts, as in JSON.parse', async () => {
  expect(await valueOf('{"a":{"b":1},"a":[2]}')).toEqual({ a: [2] })
})

test('`__proto__` is a key like any other', async () => {
  const open: any = await valueOf('{"__proto__":{"polluted":true},"a":{"__proto__":{"b":1')
  expect(Object.keys(open)).toEqual(['__proto__', 'a'])
  expect(open.polluted).toBeUndefined()
  expect(Object.getPrototypeOf(open.a)).toBe(Object.prototype)
  expect(({} as any).polluted).toBeUndefined()
})

test.each([
  ['no JSON', '{"a":1} no', { a: 1 }],
  ['words', 'Here you are: {', undefined],
  ['a mistake in the middle', '{"a":[1,2,x', { a: [1, 2] }],
  ['an end too many', '[1]]', [1]],
])('after %s, what there was stays', async (_what, text, value) => {
  const { json, write } = parser()
  expect(await write(text)).toEqual(value)
  expect(await write(',{"more":1}')).toEqual(value)
  expect(json.value()).toEqual(value)
})

test('what is too deep is not shown', async () => {
  const { write } = parser()
  expect(await write('{"a":1,"b":')).toEqual({ a: 1 })
  expect(await write('['.repeat(200_000))).toEqual({ a: 1 })
  expect(await write(']'.repeat(200_000))).toEqual({ a: 1 })
})

/** How many values an update makes anew: what is not the same object as before, and the width of what holds it. */
function copied(before: unknown, after: unknown): number {
  if (before === after || typeof after !== 'object' || after === null) return 0
  const old = new Map<string, unknown>(Object.entries(Object(before)))
  const inner = Object.entries(after).map(([key, value]) => copied(old.get(key), value))
  return inner.reduce((sum, count) => sum + count, 1)
}

test('an update copies no more of 128K of JSON than of 4K', async () => {
  const note = {
    title: 'Locks',
    text: 'A lock has two gates, and a chamber for one boat. '.repeat(4),
    tags: ['a'],
  }
  const text = JSON.stringify({ notes: Array.from({ length: 600 }, () => note) })
  expect(text.length).toBeGreaterThan(128_000)
  const { write } = parser()
  let before: unknown
  let most = 0
  for (let at = 0; at < text.length; at += 10) {
    const after = await write(text.slice(at, at + 10))
    // The root, the list, the note and its tags, and what a piece of ten characters can begin.
    most = Math.max(most, copied(before, after))
    before = after
  }
  expect(most).toBeLessThanOrEqual(5)
})
