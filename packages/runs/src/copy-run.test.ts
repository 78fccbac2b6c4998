import type { RunEvent } from '@sluice/events'
import { expect, test } from 'vitest'
import { aloneInMemory, type CopiedRun } from './live-store.ts'
import { INTERRUPTED } from './run-ends.ts'
import { Runs } from './runs.ts'
import { DONE, text } from './testing/events.ts'
import { manualClock } from './testing/manual-clock.ts'
import { memoryRecords } from './testing/memory-records.ts'
import { reading } from './testing/reading.ts'

const CLAIM = { runId: 'r1', owner: 'ann', model: 'a-model' }
const START = { type: 'start', model: 'a-model', runId: 'r1' } as const

/** A process that copies a run, whose other process is only in the records. Each copy gets the next of `copies`. */
async function setUp(...copies: (() => AsyncGenerator<readonly RunEvent[]>)[]) {
  const clock = manualClock()
  const records = memoryRecords()
  const elsewhere = records.another()
  await elsewhere.claim(CLAIM)
  const asked: CopiedRun[] = []
  const errors: unknown[] = []
  const runs = new Runs({
    windowChars: 100,
    frameMs: 50,
    graceMs: 5000,
    leaseMs: 75_000,
    runMaxMs: 900_000,
    clock,
    records,
    live: {
      ...aloneInMemory,
      copy(run) {
        asked.push(run)
        return copies.shift()?.() ?? none()
      },
    },
    onError: (error) => errors.push(error),
  })
  const read = (readerId?: string) =>
    reading(runs.read('ann', 'r1', { after: 0, readerId, signal: new AbortController().signal }), clock)
  return { clock, runs, read, elsewhere, asked, errors }
}

async function* none() {}

test('a copy that broke off goes on from where it was', async () => {
  const { clock, read, asked } = await setUp(
    async function* () {
      yield [START, text('abc')]
    },
    async function* () {
      yield [text('def'), DONE]
    },
  )
  const seen = read()
  await clock.advance(0)
  expect(seen.events).toEqual([START, text('abc')])
  await clock.advance(100)
  expect(seen.events).toEqual([START, text('abc'), text('def'), DONE])
  expect(asked.map(({ after }) => after)).toEqual([0, 4])
})

test('what was not copied of a run that has ended is read from its record', async () => {
  const { clock, read, elsewhere } = await setUp(async function* () {
    yield [START, text('abc')]
  })
  const seen = read()
  await clock.advance(0)
  await elsewhere.end({ ...CLAIM, events: [START, text('abcdef')], terminal: DONE })
  await clock.advance(1000)
  expect(seen.events).toEqual([START, text('abc'), text('def'), DONE])
})

test('a reader with more of a run than its process recorded before it died is told of the end where it is', async () => {
  const { clock, read, elsewhere } = await setUp(async function* () {
    yield [START, text('abcdef')]
  })
  const seen = read()
  await clock.advance(0)
  await elsewhere.end({ ...CLAIM, events: [START, text('abc')], terminal: INTERRUPTED })
  await clock.advance(1000)
  expect(seen.entries.map(({ position, event }) => [position, event])).toEqual([
    [1, START],
    [7, text('abcdef')],
    [8, INTERRUPTED],
  ])
})

test('the readers of a run whose record is removed are told so, and so are later ones', async () => {
  const { clock, runs, read, elsewhere } = await setUp(async function* () {
    yield [START, text('abc')]
  })
  const seen = read('a')
  await clock.advance(0)
  elsewhere.forget('ann')
  await clock.advance(1000)
  expect(seen.state).toMatchObject({ thrown: { name: 'RunsError', code: 'not_found' } })
  const later = read('a')
  await clock.advance(0)
  expect(later.state).toMatchObject({ thrown: { name: 'RunsError', code: 'not_found' } })
  expect([runs.size, runs.readers, clock.pending]).toEqual([0, 0, 0])
})

test('a run that cannot be copied is looked for again, at first soon, and then once a second', async () => {
  const { clock, read, asked } = await setUp()
  read()
  const looks: number[] = []
  for (const ms of [0, 49, 1, 100, 200, 400, 800, 1000, 1000]) {
    await clock.advance(ms)
    looks.push(asked.length)
  }
  expect(looks).toEqual([1, 1, 2, 3, 4, 5, 6, 7, 8])
})

test('a bug in the copying is reported, and its readers may try again', async () => {
  const bug = new Error('a bug')
  const { clock, runs, read, errors } = await setUp(
    // oxlint-disable-next-line require-yield
    async function* () {
      throw bug
    },
    async function* () {
      yield [START, DONE]
    },
  )
  const seen = read()
  await clock.advance(0)
  expect(errors).toEqual([bug])
  expect(seen.state).toMatchObject({ thrown: { name: 'RunsError', code: 'unavailable' } })
  const later = read()
  await clock.advance(0)
  expect(later.events).toEqual([START, DONE])
  await clock.advance(5000)
  expect([runs.size, clock.pending]).toEqual([0, 0])
})
