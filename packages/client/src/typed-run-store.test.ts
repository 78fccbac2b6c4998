import type { TypedRun } from '@sluice/events'
import { expect, expectTypeOf, test } from 'vitest'
import type { Growing } from './growing.ts'
import { createRunStore } from './run-store.ts'
import { createFakeServer, createManualClock, DONE } from './testing/index.ts'
import { createTypedRunStore } from './typed-run-store.ts'
import type { useTypedRun } from './use-typed-run.ts'

interface Drafted {
  notes: { title: string; tags: ('a' | 'b')[]; pinned: boolean | null }[]
}

const JSON_TEXT =
  '{"notes":[{"title":"Locks","tags":["a"],"pinned":true},{"title":"Gates","tags":[],"pinned":null}]}'

/** A run that is followed, and all that its typed snapshots have shown. */
function setUp(initial?: ReturnType<ReturnType<typeof createRunStore>['getSnapshot']>['view']) {
  const server = createFakeServer()
  const clock = createManualClock()
  const run = createRunStore({ runId: 'run', runs: server.runs, clock, ...(initial && { initial }) })
  const typed = createTypedRunStore<Drafted>(run)
  const shown: ReturnType<typeof typed.getSnapshot>[] = []
  const leave = typed.subscribe(() => shown.push(typed.getSnapshot()))
  if (initial) server.setPosition(initial.position)
  run.connect()
  server.connected()
  return { server, clock, run, typed, shown, leave }
}

test('the output grows, and is a value once the server has said that it fits', async () => {
  const { server, clock, typed, shown } = setUp()
  server.send({ type: 'start', model: 'm', runId: 'run' })
  server.send({ type: 'thinking', text: 'Hm.' })
  await clock.advance(100)
  expect(typed.getSnapshot().partial).toBeUndefined()
  server.send({ type: 'json', text: JSON_TEXT.slice(0, 60) })
  await clock.advance(100)
  const { partial, value, isFinished } = typed.getSnapshot()
  expect(partial).toEqual({ notes: [{ title: 'Locks', tags: ['a'], pinned: true }, {}] })
  expect(value).toBeUndefined()
  expect(partial?.notes?.map(isFinished)).toEqual([true, false])
  server.send({ type: 'json', text: JSON_TEXT.slice(60) })
  await clock.advance(100)
  expect(typed.getSnapshot().partial).toEqual(JSON.parse(JSON_TEXT))
  expect(typed.getSnapshot().value).toBeUndefined()
  server.send(DONE)
  await clock.advance(100)
  expect(typed.getSnapshot().value).toEqual(JSON.parse(JSON_TEXT))
  // What is shown belongs to the position beside it, so that it is acknowledged when it is rendered.
  const outputs = new Map<number, unknown>([
    [0, undefined],
    [60, partial],
    [JSON_TEXT.length, JSON.parse(JSON_TEXT)],
  ])
  for (const { view, partial: at } of shown) {
    const part = view.parts.find(({ type }) => type === 'json')
    expect(at).toEqual(outputs.get(part?.type === 'json' ? part.text.length : 0))
  }
})

test('resumed at every position, it is the same', async () => {
  for (let at = 0; at <= JSON_TEXT.length; at++) {
    const first = setUp()
    first.server.send({ type: 'json', text: JSON_TEXT.slice(0, at) })
    await first.clock.advance(1000)
    const { view, partial } = first.typed.getSnapshot()
    const second = setUp(view)
    await second.clock.advance(0)
    expect(second.typed.getSnapshot().partial).toEqual(partial)
    second.server.send({ type: 'json', text: JSON_TEXT.slice(at) })
    second.server.send(DONE)
    await second.clock.advance(1000)
    expect(second.typed.getSnapshot().value).toEqual(JSON.parse(JSON_TEXT))
  }
})

test('an answer that was stopped, refused or does not fit has no value, and keeps what there was', async () => {
  const error = { type: 'error', code: 'invalid_output', message: 'No.', retryable: true } as const
  for (const end of [{ ...DONE, stopReason: 'stopped' }, error]) {
    const { server, clock, typed } = setUp()
    server.send({ type: 'json', text: JSON_TEXT })
    server.send(end)
    await clock.advance(100)
    const { partial, value } = typed.getSnapshot()
    expect([partial, value]).toEqual([JSON.parse(JSON_TEXT), undefined])
  }
})

test('with tools, the last output counts', async () => {
  const { server, clock, typed } = setUp()
  server.send({ type: 'json', text: '{"notes":[' })
  server.send({ type: 'tool_call', callId: 'a', name: 'shop.search', by: 'server' })
  server.send({ type: 'json', text: JSON_TEXT })
  server.send(DONE)
  await clock.advance(100)
  expect(typed.getSnapshot().value).toEqual(JSON.parse(JSON_TEXT))
})

test('nobody is told any more who has left, and who comes back sees all of it', async () => {
  const { server, clock, typed, shown, leave } = setUp()
  server.send({ type: 'json', text: JSON_TEXT.slice(0, 30) })
  await clock.advance(100)
  leave()
  const before = shown.length
  server.send({ type: 'json', text: JSON_TEXT.slice(30) })
  server.send(DONE)
  await clock.advance(1000)
  expect(shown).toHaveLength(before)
  typed.subscribe(() => {})
  await clock.advance(0)
  expect(typed.getSnapshot().value).toEqual(JSON.parse(JSON_TEXT))
})

test('an update reads what is new, and not the text that there is', async () => {
  const { server, clock, run, typed } = setUp()
  let reads = 0
  const { getSnapshot } = run
  const counted = createTypedRunStore<Drafted>({
    ...run,
    getSnapshot() {
      const snapshot = getSnapshot()
      const parts = snapshot.view.parts.map((part) => ({
        ...part,
        get text() {
          reads += 1
          return 'text' in part ? part.text : ''
        },
      }))
      return { ...snapshot, view: { ...snapshot.view, parts } }
    },
  })
  counted.subscribe(() => {})
  for (let at = 0; at < JSON_TEXT.length; at += 10) {
    server.send({ type: 'json', text: JSON_TEXT.slice(at, at + 10) })
    await clock.advance(100)
  }
  server.send(DONE)
  await clock.advance(100)
  expect(counted.getSnapshot().value).toEqual(JSON.parse(JSON_TEXT))
  expect(typed.getSnapshot().value).toEqual(JSON.parse(JSON_TEXT))
  expect(reads).toBe(0)
})

test('the types follow from what the start returns', () => {
  type Snapshot = ReturnType<typeof useTypedRun<Drafted>>
  expectTypeOf<Snapshot['value']>().toEqualTypeOf<Drafted | undefined>()
  type Note = NonNullable<NonNullable<Snapshot['partial']>['notes']>[number]
  expectTypeOf<Note['title']>().toEqualTypeOf<string | undefined>()
  // A tag may be half of one.
  expectTypeOf<Note['tags']>().toEqualTypeOf<readonly string[] | undefined>()
  expectTypeOf<Note['pinned']>().toEqualTypeOf<boolean | null | undefined>()
  expectTypeOf<Growing<number[]>>().toEqualTypeOf<readonly number[]>()
  const useIt = (snapshot: Snapshot, note: Note) =>
    snapshot.isFinished(note) ? expectTypeOf(note.title).toEqualTypeOf<string>() : undefined
  expect(useIt).toBeTypeOf('function')
  expectTypeOf<Parameters<typeof useTypedRun<Drafted>>[1]['data']>().toEqualTypeOf<
    TypedRun<Drafted> | undefined
  >()
})
