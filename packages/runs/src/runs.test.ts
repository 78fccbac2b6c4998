import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { RunEvent } from '@sluice/events'
import { units } from '@sluice/events/testing'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { MemoryLog } from './memory-log.ts'
import { Runs, type RunsOptions, type StartOptions } from './runs.ts'
import type { RunSummary } from './run-summary.ts'
import { RunsError } from './runs-error.ts'
import { DONE, OVERLOADED, text, thinking } from './testing/events.ts'
import { manualClock, settle } from './testing/manual-clock.ts'
import { memoryRecords } from './testing/memory-records.ts'
import { type Reading, reading } from './testing/reading.ts'
import {
  scriptedSource,
  type ScriptedSourceOptions,
  STOPPED_WITH_ESTIMATE,
} from './testing/scripted-source.ts'

const WINDOW = 100
const FRAME_MS = 50
const GRACE_MS = 5000
const LEASE_MS = 75_000
const STARTED: RunEvent = { type: 'start', model: 'a-model', runId: 'r1' }

function setUp({ onPull, ignoresAbort, ...options }: ScriptedSourceOptions & Partial<RunsOptions> = {}) {
  const clock = manualClock()
  const ends: RunSummary[] = []
  const errors: { error: unknown; runId: string }[] = []
  const runs = new Runs({
    windowChars: WINDOW,
    frameMs: FRAME_MS,
    graceMs: GRACE_MS,
    leaseMs: LEASE_MS,
    runMaxMs: 900_000,
    clock,
    records: memoryRecords(),
    onEnd: (run) => ends.push(run),
    onError: (error, runId) => errors.push({ error, runId }),
    ...options,
  })
  const script = scriptedSource({ ...(onPull && { onPull }), ...(ignoresAbort && { ignoresAbort }) })
  const start = (more: Partial<StartOptions> = {}) =>
    runs.start({ owner: 'ann', runId: 'r1', model: 'a-model', source: script.source, ...more })
  const read = ({ after = 0, owner = 'ann', runId = 'r1', readerId }: Partial<ReadSetUp> = {}) => {
    const connection = new AbortController()
    const { signal } = connection
    const seen = reading(runs.read(owner, runId, { after, readerId, signal }), clock)
    return { seen, drop: () => connection.abort(), signal }
  }
  return { clock, runs, script, ends, errors, start, read }
}

interface ReadSetUp {
  after: number
  owner: string
  runId: string
  readerId: string
}

/** The event a run ended with, for a run whose reader saw its end. */
const last = (seen: { events: readonly RunEvent[] }) => seen.events.at(-1)

test('starting twice at once calls the source once', async () => {
  const { clock, script, start } = setUp()
  const started = await Promise.all([start(), start(), start()])
  expect(started).toEqual([{ created: true }, { created: false }, { created: false }])
  await clock.advance(100)
  expect(script.calls).toBe(1)
})

test('starting again after the end does nothing, however long ago that was', async () => {
  const { clock, runs, script, start } = setUp()
  script.say(DONE)
  await start()
  await clock.advance(GRACE_MS - 1)
  expect(await start()).toEqual({ created: false })
  await clock.advance(GRACE_MS)
  expect(runs.size).toBe(0)
  expect(await start()).toEqual({ created: false })
  expect(await refusal(start({ owner: 'bob' }))).toMatchObject({ code: 'not_found' })
  expect(script.calls).toBe(1)
})

test('a run id belongs to the owner that claimed it first: for another owner there is no such run', async () => {
  const { script, start } = setUp()
  const [mine, theirs] = await Promise.allSettled([start(), start({ owner: 'bob' })])
  expect(mine.status).toBe('fulfilled')
  expect(theirs).toMatchObject({ status: 'rejected', reason: { name: 'RunsError', code: 'not_found' } })
  await settle()
  expect(script.calls).toBe(1)
})

test('another owner’s and an unknown run cannot be told apart by any method', async () => {
  const { runs, start } = setUp()
  await start({ runId: 'foreign', owner: 'bob', source: scriptedSource().source })
  await settle()
  const { signal } = new AbortController()
  const questions = [
    (runId: string) => runs.read('ann', runId, { after: 0, signal }),
    (runId: string) => runs.read('ann', runId, { after: 10_000, signal }),
    (runId: string) => runs.ack('ann', runId, { readerId: 'a', position: 0 }),
    (runId: string) => runs.ack('ann', runId, { readerId: 'a', position: 10_000 }),
    (runId: string) => runs.stop('ann', runId),
  ]
  for (const ask of questions) {
    const answers = await Promise.all(['foreign', 'unknown'].map((runId) => refusal(ask(runId))))
    expect(answers[0]).toMatchObject({ code: 'not_found' })
    expect(answers[1]).toEqual(answers[0])
  }
  expect(await refusal(start({ runId: 'foreign' }))).toEqual(await refusal(runs.stop('ann', 'unknown')))
  expect(runs.live).toBe(1)
})

test('no method lets another owner affect a run', async () => {
  const { clock, runs, script, start, read } = setUp()
  await start()
  const { seen } = read({ readerId: 'a' })
  script.say(text('x'.repeat(500)))
  await clock.advance(100)
  await refusal(runs.stop('bob', 'r1'))
  await refusal(runs.ack('bob', 'r1', { readerId: 'a', position: 50 }))
  const stranger = read({ owner: 'bob', readerId: 'a' })
  await clock.advance(100)
  expect(stranger.seen.state).toMatchObject({ thrown: { code: 'not_found' } })
  expect(seen.state).toBe('open')
  expect(seen.position).toBe(WINDOW)
  expect(runs.live).toBe(1)
})

test('a run is read from its beginning to its end', async () => {
  const { clock, script, start, read } = setUp()
  await start()
  const { seen } = read()
  await clock.advance(0)
  expect(seen.events).toEqual([STARTED])
  script.say(text('Hel'))
  script.say(text('lo'), DONE)
  await clock.advance(FRAME_MS)
  expect(seen.events.slice(1)).toEqual([text('Hello'), DONE])
  expect(seen.state).toBe('returned')
})

test('every reader gets one frame per frame time, in the tick in which its text was pulled', async () => {
  const pulledAt: number[] = []
  const { clock, start, read } = setUp({
    windowChars: 100_000,
    onPull: () => {
      pulledAt.push(clock.now())
      return [text('a'), text('b')]
    },
  })
  await start()
  const first = read()
  await clock.advance(FRAME_MS / 3)
  const late = read({ readerId: 'late' })
  await clock.advance(FRAME_MS * 10)
  const ats = (seen: Reading) => seen.entries.filter(({ event }) => event.type === 'text').map(({ at }) => at)
  expect(ats(first.seen)).toEqual(pulledAt)
  expect(ats(late.seen).slice(1)).toEqual(pulledAt.slice(1))
  expect(pulledAt.slice(1).map((at, i) => at - (pulledAt[i] ?? 0))).toEqual(Array(10).fill(FRAME_MS))
})

test('text in the same burst as an error reaches the reader before it', async () => {
  const { clock, script, start, read } = setUp()
  await start()
  const { seen } = read()
  script.say(text('a'))
  await clock.advance(10)
  script.say(text('b'), thinking('c'), text('d'), OVERLOADED)
  await clock.advance(2 * FRAME_MS)
  expect(seen.events.slice(1)).toEqual([text('a'), text('b'), thinking('c'), text('d'), OVERLOADED])
})

test('a reader that reconnects within the grace continues the same run, and loses nothing', async () => {
  const { clock, script, start, read } = setUp()
  await start()
  const first = read()
  script.say(text('before'))
  await clock.advance(100)
  first.drop()
  await clock.advance(100)
  expect(first.seen.state).toBe('returned')
  script.say(text(' between'))
  await clock.advance(GRACE_MS - 101)
  const second = read({ after: first.seen.position })
  script.say(text(' after'), DONE)
  await clock.advance(100)
  expect(first.seen.text + second.seen.text).toBe('before between after')
  expect(last(second.seen)).toEqual(DONE)
  expect(script.calls).toBe(1)
})

test('a run whose reader does not return is abandoned after the grace, not before, and can be read to that end', async () => {
  const { clock, runs, script, start, read, ends } = setUp()
  await start()
  const { drop } = read()
  script.say(text('abc'))
  await clock.advance(60_000)
  drop()
  await clock.advance(GRACE_MS - 1)
  expect(script.signal.aborted).toBe(false)
  await clock.advance(1)
  expect(script.signal.aborted).toBe(true)
  expect(runs.live).toBe(0)
  expect(ends).toMatchObject([{ runId: 'r1', owner: 'ann', terminal: { code: 'abandoned' }, ms: 65_000 }])
  const late = read()
  await clock.advance(100)
  expect(late.seen.text).toBe('abc')
  expect(last(late.seen)).toMatchObject({ type: 'error', code: 'abandoned' })
})

test('a run that is never read is abandoned after the grace', async () => {
  const { clock, script, start } = setUp()
  await start()
  await clock.advance(GRACE_MS - 1)
  expect(script.signal.aborted).toBe(false)
  await clock.advance(1)
  expect(script.signal.aborted).toBe(true)
})

test('a reader whose connection was closed before it began does not hold the run', async () => {
  const { clock, runs, start, read } = setUp()
  await start()
  const { seen, drop } = read()
  drop()
  await clock.advance(0)
  expect(seen.state).toBe('returned')
  expect(runs.readers).toBe(0)
  await clock.advance(GRACE_MS)
  expect(runs.live).toBe(0)
})

test('a reader whose consumer breaks out of its loop does not hold the run', async () => {
  const { clock, runs, script, start } = setUp()
  await start()
  script.say(text('abc'))
  await clock.advance(10)
  const { signal } = new AbortController()
  for await (const _ of await runs.read('ann', 'r1', { after: 0, signal })) {
    expect(runs.readers).toBe(1)
    break
  }
  expect(runs.readers).toBe(0)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('a reader that never acks costs at most a window: it lapses, and the run is abandoned a grace later', async () => {
  const { clock, runs, script, start, read, ends } = setUp({ onPull: () => [text('0123456789')] })
  await start()
  const { seen, signal } = read({ readerId: 'ghost' })
  await clock.advance(LEASE_MS - 1)
  expect(seen.position).toBe(WINDOW)
  expect(script.pulls).toBe(10)
  expect(seen.state).toBe('open')
  await clock.advance(1)
  expect(seen.state).toMatchObject({ thrown: { name: 'RunsError', code: 'reader_lapsed' } })
  expect(runs.readers).toBe(0)
  expect(getEventListeners(signal, 'abort')).toEqual([])
  await clock.advance(GRACE_MS - 1)
  expect(runs.live).toBe(1)
  await clock.advance(1)
  expect(runs.live).toBe(0)
  expect(ends).toMatchObject([{ terminal: { code: 'abandoned' } }])
  expect(script.pulls).toBe(11)
})

test('a reader that lapsed may return within the grace, and the run goes on', async () => {
  const { clock, runs, script, start, read } = setUp()
  await start()
  const ghost = read({ readerId: 'a' })
  script.say(text('abc'))
  await clock.advance(LEASE_MS)
  const back = read({ readerId: 'a', after: ghost.seen.position })
  await clock.advance(GRACE_MS + 1)
  script.say(text('def'), DONE)
  await clock.advance(0)
  expect(back.seen.events).toEqual([text('def'), DONE])
  expect(runs.live).toBe(0)
})

test('a reader that acks keeps the run going, and the source is pulled a window ahead of its acks', async () => {
  const { clock, runs, script, start, read } = setUp({
    onPull: (pull) => [pull < 60 ? text('0123456789') : DONE],
  })
  await start()
  const { seen } = read({ readerId: 'a' })
  let acked = 0
  while (seen.state === 'open') {
    await clock.advance(10_000)
    expect(seen.position).toBeLessThanOrEqual(acked + WINDOW)
    expect(script.pulls).toBeLessThanOrEqual((acked + WINDOW) / 10)
    acked = seen.position
    await runs.ack('ann', 'r1', { readerId: 'a', position: acked })
  }
  expect(seen.text).toBe('0123456789'.repeat(59))
})

test('an ack counts up to what its reader was sent; one for a reader that is gone is ignored', async () => {
  const { clock, runs, script, start, read } = setUp({ onPull: () => [text('0123456789')] })
  await start()
  const { seen, drop } = read({ readerId: 'a' })
  await clock.advance(10_000)
  expect([seen.position, script.pulls]).toEqual([WINDOW, 10])
  await runs.ack('ann', 'r1', { readerId: 'a', position: 1_000_000 })
  await clock.advance(10_000)
  expect([seen.position, script.pulls]).toEqual([2 * WINDOW, 20])
  drop()
  await runs.ack('ann', 'r1', { readerId: 'a', position: 2 * WINDOW })
  await runs.ack('ann', 'r1', { readerId: 'never', position: 2 * WINDOW })
  await clock.advance(GRACE_MS - 1)
  expect(script.pulls).toBe(20)
  expect(runs.readers).toBe(0)
})

test.for(['one id', 'ever new ids'])(
  'a page that renders nothing is sent a window in all, however often it reconnects with %s',
  async (ids) => {
    const { clock, runs, script, start, read } = setUp({ onPull: () => [text('0123456789')] })
    await start()
    let received = 0
    for (let i = 0; i < 30; i++) {
      const reader = read({ readerId: ids === 'one id' ? 'a' : `${i}`, after: received })
      await clock.advance(1000)
      received = Math.max(received, reader.seen.position)
      reader.drop()
    }
    expect(received).toBe(WINDOW)
    expect(script.pulls).toBe(WINDOW / 10)
    // An ack of the next subscription lets it go on from there.
    const { seen } = read({ readerId: 'last', after: received })
    await clock.advance(1)
    await runs.ack('ann', 'r1', { readerId: 'last', position: 40 })
    await clock.advance(10_000)
    expect(seen.position).toBe(WINDOW + 40)
    expect(script.pulls).toBe((WINDOW + 40) / 10)
  },
)

test('a reader that returns under its id is sent a window beyond its last ack', async () => {
  const { clock, runs, start, read } = setUp({ onPull: () => [text('0123456789')] })
  await start()
  const first = read({ readerId: 'a' })
  await clock.advance(10_000)
  await runs.ack('ann', 'r1', { readerId: 'a', position: WINDOW })
  await clock.advance(10_000)
  first.drop()
  const back = read({ readerId: 'a', after: WINDOW })
  await clock.advance(10_000)
  expect(first.seen.position).toBe(2 * WINDOW)
  expect(back.seen.position).toBe(2 * WINDOW)
})

test('a position beyond the end is refused, and does not hold the run', async () => {
  const { clock, runs, start, read } = setUp()
  await start()
  await settle()
  const { seen } = read({ after: 2 })
  await clock.advance(0)
  expect(seen.state).toMatchObject({ thrown: { name: 'RunsError', code: 'position_beyond_end' } })
  expect(runs.readers).toBe(0)
})

test('a reader that has everything, including the end, returns at once, even without an ack', async () => {
  const { clock, script, start, read } = setUp()
  await start()
  script.say(text('x'.repeat(3 * WINDOW)), DONE)
  const { seen } = read()
  await clock.advance(1000)
  expect(seen.state).toBe('returned')
  const again = read({ readerId: 'a', after: seen.position })
  await clock.advance(0)
  expect(again.seen.state).toBe('returned')
  expect(again.seen.entries).toEqual([])
})

test('two tabs read the same run, and the furthest sets its limit', async () => {
  const { clock, runs, script, start, read } = setUp({ onPull: () => [text('0123456789')] })
  await start()
  const one = read({ readerId: 'one' })
  const other = read({ readerId: 'other' })
  await clock.advance(10_000)
  await runs.ack('ann', 'r1', { readerId: 'one', position: 60 })
  await clock.advance(10_000)
  expect(script.pulls).toBe(16)
  expect([one.seen.position, other.seen.position]).toEqual([160, WINDOW])
  one.drop()
  await clock.advance(GRACE_MS * 2)
  expect(runs.live).toBe(1)
  await runs.ack('ann', 'r1', { readerId: 'other', position: 100 })
  await clock.advance(10_000)
  expect(other.seen.text).toBe('0123456789'.repeat(20).slice(0, other.seen.text.length))
  expect(other.seen.position).toBe(200)
})

test('a reader that subscribes again replaces itself, and the older one gets an error', async () => {
  const { clock, runs, script, start, read } = setUp()
  await start()
  const older = read({ readerId: 'a' })
  await clock.advance(10)
  const newer = read({ readerId: 'a', after: older.seen.position })
  await clock.advance(10)
  expect(older.seen.state).toMatchObject({ thrown: { name: 'RunsError', code: 'reader_replaced' } })
  expect(runs.readers).toBe(1)
  script.say(text('abc'), DONE)
  await clock.advance(10)
  expect(newer.seen.text).toBe('abc')
})

test('a stop ends the run at once with the source’s estimate, and stopping again changes nothing', async () => {
  const { clock, runs, script, start, read, ends } = setUp()
  await start()
  const { seen } = read()
  script.say(text('abc'))
  await clock.advance(10)
  await Promise.all([runs.stop('ann', 'r1'), runs.stop('ann', 'r1')])
  expect(script.signal.aborted).toBe(true)
  await clock.advance(FRAME_MS)
  await runs.stop('ann', 'r1')
  await clock.advance(FRAME_MS)
  expect(seen.text).toBe('abc')
  expect(last(seen)).toEqual(STOPPED_WITH_ESTIMATE)
  expect(seen.events.filter(({ type }) => type === 'done')).toHaveLength(1)
  expect(ends).toMatchObject([{ terminal: STOPPED_WITH_ESTIMATE }])
})

test('a stop reaches a run whose reader is a window behind', async () => {
  const { clock, runs, script, start, read } = setUp({ onPull: () => [text('0123456789')] })
  await start()
  const { seen } = read({ readerId: 'a' })
  await clock.advance(10_000)
  await runs.stop('ann', 'r1')
  await settle()
  expect(runs.live).toBe(0)
  expect(script.signal.aborted).toBe(true)
  expect(seen.position).toBe(WINDOW)
  await runs.ack('ann', 'r1', { readerId: 'a', position: WINDOW })
  await clock.advance(FRAME_MS)
  expect(last(seen)).toEqual(STOPPED_WITH_ESTIMATE)
})

test('a source that throws gives its readers one internal error, and onError the cause', async () => {
  const { clock, script, start, read, errors, ends } = setUp()
  await start()
  const { seen } = read()
  script.say(text('abc'))
  const bug = new Error('a bug')
  script.crash(bug)
  await clock.advance(2 * FRAME_MS)
  expect(seen.text).toBe('abc')
  expect(seen.events.filter(({ type }) => type === 'error')).toMatchObject([{ code: 'internal' }])
  expect(seen.state).toBe('returned')
  expect(errors).toEqual([{ error: bug, runId: 'r1' }])
  expect(ends).toHaveLength(1)
})

test('a run that takes too long ends as upstream_timeout', async () => {
  const { clock, start, read } = setUp()
  await start()
  const { seen } = read()
  await clock.advance(899_999)
  expect(seen.state).toBe('open')
  await clock.advance(1)
  expect(last(seen)).toMatchObject({ type: 'error', code: 'upstream_timeout' })
})

test('a run with onDisconnect `continue` ends by itself without readers, and can be read afterwards', async () => {
  const { clock, script, start, read } = setUp({
    onPull: (pull) => [pull <= 100 ? text('0123456789') : DONE],
  })
  await start({ onDisconnect: 'continue' })
  await clock.advance(20_000)
  expect(script.pulls).toBe(101)
  const { seen } = read()
  await clock.advance(1000)
  expect(seen.text).toBe('0123456789'.repeat(100))
  expect(last(seen)).toEqual(DONE)
})

test('an ended run stays in memory for a grace; after that it is read from its record, entry for entry', async () => {
  const { clock, runs, script, start, read } = setUp()
  script.say(thinking('hm'), text('abc'), text('def'), DONE)
  await start()
  await clock.advance(GRACE_MS - 1)
  const live = read().seen
  await clock.advance(GRACE_MS - 1)
  expect(runs.size).toBe(1)
  await clock.advance(1)
  expect([runs.size, runs.chars]).toEqual([0, 0])
  const { seen } = read()
  const { seen: rest } = read({ after: 5 })
  await clock.advance(0)
  const entriesOf = (reads: Reading) => reads.entries.map(({ position, event }) => ({ position, event }))
  expect(entriesOf(seen)).toEqual(entriesOf(live))
  expect(rest.events).toEqual([text('cdef'), DONE])
  // As if it had just ended.
  expect([runs.size, runs.chars, runs.live]).toEqual([1, 8, 0])
  await clock.advance(GRACE_MS)
  expect([runs.size, clock.pending]).toEqual([0, 0])
})

test('a reader of a recorded run is sent a window past its acks, like any other', async () => {
  const { clock, runs, script, start, read } = setUp()
  script.say(text('x'.repeat(WINDOW * 3)), DONE)
  await start({ onDisconnect: 'continue' })
  await clock.advance(GRACE_MS + FRAME_MS)
  expect(runs.size).toBe(0)
  const { seen } = read({ readerId: 'slow' })
  await clock.advance(1000)
  expect(seen.position).toBe(WINDOW)
  while (seen.state === 'open') {
    await runs.ack('ann', 'r1', { readerId: 'slow', position: seen.position })
    await clock.advance(FRAME_MS)
  }
  expect(seen.text).toBe('x'.repeat(WINDOW * 3))
  expect(last(seen)).toEqual(DONE)
})

test('a slow reader keeps an ended run in memory for as long as it acks, and no longer', async () => {
  const { clock, runs, script, start, read } = setUp()
  script.say(text('x'.repeat(WINDOW * 3)), DONE)
  await start()
  const { seen } = read({ readerId: 'slow' })
  for (let i = 0; i < 8; i++) {
    await clock.advance(LEASE_MS - 1)
    await runs.ack('ann', 'r1', { readerId: 'slow', position: 1 })
  }
  await runs.ack('ann', 'r1', { readerId: 'slow', position: seen.position })
  await clock.advance(FRAME_MS)
  expect(seen.position).toBe(1 + WINDOW * 2)
  // From here on it sends no acks.
  await clock.advance(LEASE_MS)
  expect(seen.state).toMatchObject({ thrown: { code: 'reader_lapsed' } })
  expect(runs.size).toBe(1)
  await clock.advance(GRACE_MS)
  expect(runs.size).toBe(0)
})

test('onEnd of a start is called at the end of its run, with its usage', async () => {
  const ends: unknown[] = []
  const { clock, script, start } = setUp()
  await start({ onEnd: (run) => ends.push(run?.terminal) })
  expect(ends).toEqual([])
  script.say(DONE)
  await clock.advance(FRAME_MS)
  expect(ends).toEqual([DONE])
})

test('onEnd of a start is called before readers receive the end', async () => {
  const { clock, runs, script, start } = setUp()
  let reportedCaller = false
  await start({ onEnd: () => (reportedCaller = true) })
  const { signal } = new AbortController()
  const reportedBefore: boolean[] = []
  const readToEnd = async () => {
    for await (const { event } of await runs.read('ann', 'r1', { after: 0, signal })) {
      if (event.type === 'done') reportedBefore.push(reportedCaller)
    }
  }
  const read = readToEnd()
  script.say(DONE)
  await clock.advance(0)
  await read
  expect(reportedBefore).toEqual([true])
})

test.for([
  ['its own end', (script: ReturnType<typeof scriptedSource>) => script.say(DONE), GRACE_MS],
  ['its own error', (script: ReturnType<typeof scriptedSource>) => script.say(OVERLOADED), GRACE_MS],
  ['a broken source', (script: ReturnType<typeof scriptedSource>) => script.end(), GRACE_MS],
  [
    'a source that throws',
    (script: ReturnType<typeof scriptedSource>) => script.crash(new Error('bug')),
    GRACE_MS,
  ],
  ['a stop', (_: unknown, runs: Runs) => runs.stop('ann', 'r1'), GRACE_MS],
  ['a stop that its source ignores', (_: unknown, runs: Runs) => runs.stop('ann', 'r1'), GRACE_MS],
  ['its limit', () => {}, 900_000],
  ['a ghost', () => {}, LEASE_MS + GRACE_MS],
] as const)('after %s no timer, listener, waiter or reader is left', async ([how, end, ms]) => {
  const { clock, runs, script, start, read } = setUp({
    ignoresAbort: how === 'a stop that its source ignores',
  })
  await start()
  const free = read()
  const { seen, signal, drop } = read({ readerId: 'a' })
  script.say(text('x'.repeat(50)))
  await clock.advance(1000)
  if (how === 'a ghost') free.drop()
  await end(script, runs)
  if (how !== 'a ghost') await runs.ack('ann', 'r1', { readerId: 'a', position: 51 })
  await clock.advance(ms)
  expect(runs.live).toBe(0)
  drop()
  expect(seen.state).not.toBe('open')
  expect(free.seen.state).toBe('returned')
  expect(runs.readers).toBe(0)
  for (const used of [script.signal, signal, free.signal])
    expect(getEventListeners(used, 'abort')).toEqual([])
  expect(script.returns).toBe(1)
  await clock.advance(GRACE_MS)
  expect(clock.pending).toBe(0)
  expect(runs.size).toBe(0)
})

test('a run that has ended frees its source, and one that has expired its log too', async () => {
  const { clock, runs, ends } = setUp({ createLog: () => watched(new MemoryLog()) })
  const refs: WeakRef<object>[] = []
  const watched = <T extends object>(value: T) => {
    refs.push(new WeakRef(value))
    return value
  }
  const prompt = () => watched({ messages: ['x'.repeat(1000)] })
  const begin = async () => {
    const request = prompt()
    await runs.start({
      owner: 'ann',
      runId: 'r1',
      model: 'a-model',
      source: async function* () {
        yield [text(String(request.messages.length))]
        yield [DONE]
      },
    })
  }
  await begin()
  await clock.advance(1000)
  expect(ends).toHaveLength(1)
  collectGarbage()
  expect(refs.map((ref) => ref.deref() !== undefined)).toEqual([false, true])
  await clock.advance(GRACE_MS)
  collectGarbage()
  expect(refs.map((ref) => ref.deref() !== undefined)).toEqual([false, false])
})

test('a log that fails is reported, and its run does not stay live', async () => {
  const outage = new Error('no connection')
  class FailingLog extends MemoryLog {
    override async append(): Promise<number> {
      throw outage
    }
  }
  const { clock, runs, start, errors, ends } = setUp({ createLog: () => new FailingLog() })
  const reported: unknown[] = []
  await start({ onEnd: (run) => reported.push(run) })
  await clock.advance(10)
  expect(reported).toEqual([undefined])
  expect(errors.map(({ error }) => error)).toContain(outage)
  expect(ends).toEqual([])
  expect(runs.live).toBe(0)
  await clock.advance(GRACE_MS)
  expect(runs.size).toBe(0)
})

test('an onEnd that throws is reported, and its run does not stay live', async () => {
  const bug = new Error('a bug')
  const { clock, runs, script, start, errors } = setUp({
    onEnd: () => {
      throw bug
    },
  })
  script.say(DONE)
  await start()
  await clock.advance(10)
  expect(errors).toEqual([{ error: bug, runId: 'r1' }])
  expect(runs.live).toBe(0)
})

test('closing ends every live run as interrupted, with the text it had, and starts no more', async () => {
  const { clock, runs, script, start, read, ends } = setUp()
  await start()
  script.say(text('abc'))
  const other = scriptedSource()
  other.say(text('def'), DONE)
  await start({ runId: 'over', source: other.source })
  const { seen } = read()
  const over = read({ runId: 'over' })
  await clock.advance(10)
  const closing = runs.close()
  await expect(start({ runId: 'r2' })).rejects.toMatchObject({ name: 'RunsError', code: 'closing' })
  expect(await start()).toEqual({ created: false })
  await closing
  expect(runs.live).toBe(0)
  expect(ends.map(({ runId, terminal }) => [runId, terminal.type])).toEqual([
    ['over', 'done'],
    ['r1', 'error'],
  ])
  await clock.advance(FRAME_MS)
  expect(seen.text).toBe('abc')
  expect(last(seen)).toMatchObject({ type: 'error', code: 'interrupted', retryable: true })
  expect(last(over.seen)).toEqual(DONE)
  expect(clock.pending).toBe(0)
})

test('closing waits for live runs to end, but no longer than drainMs', async () => {
  const { clock, runs, script, start, ends } = setUp()
  const slow = scriptedSource()
  await start({ onDisconnect: 'continue' })
  await start({ runId: 'slow', source: slow.source, onDisconnect: 'continue' })
  let closed = false
  void runs.close({ drainMs: 30_000 }).then(() => (closed = true))
  await clock.advance(10_000)
  expect(script.signal.aborted).toBe(false)
  await expect(start({ runId: 'r2' })).rejects.toMatchObject({ code: 'closing' })
  script.say(DONE)
  await clock.advance(19_999)
  expect(slow.signal.aborted).toBe(false)
  expect(closed).toBe(false)
  await clock.advance(1)
  expect(ends).toMatchObject([{ terminal: DONE }, { runId: 'slow', terminal: { code: 'interrupted' } }])
  expect(closed).toBe(true)
  expect(clock.pending).toBe(0)
})

test('closing ends as soon as the runs have ended', async () => {
  const { clock, runs, script, start } = setUp()
  await start()
  let closed = false
  void runs.close({ drainMs: 30_000, readerDrainMs: 30_000 }).then(() => (closed = true))
  await clock.advance(100)
  expect(closed).toBe(false)
  script.say(DONE)
  await clock.advance(0)
  expect(closed).toBe(true)
  expect(clock.pending).toBe(0)
})

test('closing waits for readers to receive the end, but no longer than readerDrainMs', async () => {
  for (const acks of [true, false]) {
    const { clock, runs, script, start, read } = setUp()
    await start()
    const { seen } = read({ readerId: 'a' })
    script.say(text('x'.repeat(WINDOW)))
    await clock.advance(100)
    let closed = false
    void runs.close({ readerDrainMs: 2000 }).then(() => (closed = true))
    await clock.advance(1000)
    expect(closed).toBe(false)
    if (acks) await runs.ack('ann', 'r1', { readerId: 'a', position: WINDOW })
    await clock.advance(999)
    expect(closed).toBe(acks)
    await clock.advance(1)
    expect(closed).toBe(true)
    expect(last(seen)?.type).toBe(acks ? 'error' : 'text')
  }
})

test('an onStart that throws leaves a claimed run, whose retry calls Claude no second time', async () => {
  const { script, start } = setUp({
    onStart: () => {
      throw new Error('a bug')
    },
  })
  await expect(start()).rejects.toThrow('a bug')
  expect(await start()).toEqual({ created: false })
  await settle()
  expect(script.calls).toBe(1)
})

test('a run reports its start, the gaps between frames, and its end', async () => {
  const reported: unknown[] = []
  const { clock, runs, script, start, read } = setUp({
    onStart: (run) => reported.push(run),
    onFrameGap: (ms) => reported.push(ms),
    onEnd: (run) => reported.push(run),
  })
  await start()
  const { seen, drop } = read()
  await clock.advance(300)
  script.say(thinking('hm'))
  await clock.advance(FRAME_MS)
  script.say(text('abc'))
  await clock.advance(FRAME_MS)
  drop()
  read({ after: seen.position })
  script.say(text('de'))
  await clock.advance(FRAME_MS)
  await runs.stop('ann', 'r1')
  await clock.advance(FRAME_MS)
  expect(reported).toEqual([
    { runId: 'r1', owner: 'ann', model: 'a-model' },
    FRAME_MS,
    {
      runId: 'r1',
      owner: 'ann',
      model: 'a-model',
      terminal: STOPPED_WITH_ESTIMATE,
      usage: STOPPED_WITH_ESTIMATE.usage,
      chars: 7,
      charsAfterCut: 0,
      ms: 300 + 3 * FRAME_MS,
      firstTextMs: 300,
      subscriptions: 2,
    },
  ])
  expect(runs.chars).toBe(7)
})

test('text after a run was cut short is counted separately, and its usage is known though it failed', async () => {
  const { clock, script, start, ends } = setUp({ ignoresAbort: true })
  script.say(text('abc'))
  await start()
  await clock.advance(GRACE_MS)
  script.say(text('late'))
  await settle()
  script.say(STOPPED_WITH_ESTIMATE)
  await settle()
  expect(ends).toMatchObject([
    {
      terminal: { code: 'abandoned' },
      usage: STOPPED_WITH_ESTIMATE.usage,
      chars: 7,
      charsAfterCut: 4,
    },
  ])
})

test('a run counts as paused only while its readers are a window behind', async () => {
  const { clock, runs, start, read } = setUp({ onPull: () => [text('0123456789')] })
  await start()
  read({ readerId: 'a' })
  await clock.advance(100)
  expect(runs.paused).toBe(0)
  await clock.advance(1000)
  expect(runs.paused).toBe(1)
  await runs.ack('ann', 'r1', { readerId: 'a', position: 100 })
  await settle()
  expect(runs.paused).toBe(0)
  await clock.advance(1000)
  expect(runs.paused).toBe(1)
  await runs.stop('ann', 'r1')
  await settle()
  expect(runs.paused).toBe(0)
})

test('a run belongs to one owner', async () => {
  const { runs, start } = setUp()
  await start()
  const answers = [runs.has('ann', 'r1'), runs.has('bob', 'r1'), runs.has('ann', 'r2')]
  expect(await Promise.all(answers)).toEqual([true, false, false])
})

test('closing waits one second for a source that ignores the abort, and closing again does nothing', async () => {
  const { clock, runs, start } = setUp({ ignoresAbort: true })
  await start()
  await settle()
  let closed = 0
  for (let i = 0; i < 2; i++) void runs.close().then(() => closed++)
  await clock.advance(999)
  expect(closed).toBe(0)
  await clock.advance(1)
  expect(closed).toBe(2)
  expect(clock.pending).toBe(0)
})

test('property: whatever connections die and however it is acked, the text is what the source said', async () => {
  const words = fc.oneof(
    fc.record({ type: fc.constant('text'), text: fc.string({ unit: 'grapheme', maxLength: 40 }) }),
    fc.record({ type: fc.constant('thinking'), text: fc.constantFrom('hm', '🤔') }),
  )
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('say'), events: fc.array(words, { maxLength: 4 }) }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.nat({ max: 120 }) }) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('ack'), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('drop'), lost: fc.nat({ max: 30 }), renamed: fc.boolean() }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('start again') }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.boolean(), async (steps, flowControlled) => {
      const { clock, runs, script, start, read } = setUp()
      const started = [await start()]
      let id = 0
      const connect = (after: number) => read({ after, ...(flowControlled && { readerId: `${id}` }) })
      // The received events, one per code unit, so that the length is the reader's position.
      let held: RunEvent[] = []
      let reader = connect(0)
      let [before, acked, ahead] = [0, 0, 0]
      const arrived = () => [...held, ...units(reader.seen.events)]
      const reconnect = (lost: number) => {
        // Loses what was sent but did not arrive: at most back to where this connection began, or to what was rendered.
        held = arrived().slice(0, Math.max(before, acked, arrived().length - lost))
        before = held.length
        reader.drop()
        reader = connect(before)
      }
      const said: RunEvent[] = []
      for (const now of steps) {
        if (now.do === 'say') {
          said.push(...now.events)
          script.say(...now.events)
        } else if (now.do === 'wait') {
          await clock.advance(now.ms)
          ahead = Math.max(ahead, arrived().length - acked)
        } else if (now.do === 'ack') {
          acked = Math.max(acked, Math.floor(acked + (arrived().length - acked) * now.share))
          await runs.ack('ann', 'r1', { readerId: `${id}`, position: acked })
        } else if (now.do === 'drop') {
          // A new reader id, as the page uses, or the same one, as a plain EventSource does.
          if (now.renamed) id++
          reconnect(now.lost)
        } else {
          started.push(await start())
        }
      }
      script.say(DONE)
      while (reader.seen.state === 'open') {
        acked = arrived().length
        await runs.ack('ann', 'r1', { readerId: `${id}`, position: acked })
        await clock.advance(FRAME_MS)
      }
      expect(reader.seen.state).toBe('returned')
      expect(arrived()).toEqual(units([STARTED, ...said, DONE]))
      expect(ahead).toBeLessThanOrEqual(flowControlled ? WINDOW : Number.POSITIVE_INFINITY)
      expect(started.filter(({ created }) => created)).toHaveLength(1)
      expect(script.calls).toBe(1)
    }),
    { numRuns: 100 },
  )
})

/** Everything that a caller sees of a refusal. */
async function refusal(answer: Promise<unknown>): Promise<{ code: string; message: string } | undefined> {
  try {
    await answer
    return undefined
  } catch (error) {
    return error instanceof RunsError ? { code: error.code, message: error.message } : undefined
  }
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') collect()
}
