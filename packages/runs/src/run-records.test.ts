import type { ErrorEvent, TerminalEvent } from '@sluice/events'
import { expect, test } from 'vitest'
import { INTERRUPTED, STOPPED, UNSTARTED } from './run-ends.ts'
import type { RunRecords } from './run-records.ts'
import { Runs, type StartOptions } from './runs.ts'
import { RunsError } from './runs-error.ts'
import { DONE, text } from './testing/events.ts'
import { type ManualClock, manualClock, settle } from './testing/manual-clock.ts'
import { memoryRecords } from './testing/memory-records.ts'
import { reading } from './testing/reading.ts'
import { recordsContract } from './testing/records-contract.ts'
import { scriptedSource } from './testing/scripted-source.ts'

const START = { type: 'start', model: 'a-model', runId: 'r1' } as const
const CLAIM = { runId: 'r1', owner: 'ann', model: 'a-model' }

recordsContract('memoryRecords', async () => {
  const one = memoryRecords()
  return { one, other: one.another() }
})

/** One process: several share a clock and the records. */
function setUp(records: RunRecords, clock: ManualClock = manualClock()) {
  const runs = new Runs({
    windowChars: 100,
    frameMs: 50,
    graceMs: 5000,
    leaseMs: 75_000,
    runMaxMs: 900_000,
    clock,
    records,
  })
  const script = scriptedSource()
  const start = (more: Partial<StartOptions> = {}) =>
    runs.start({ owner: 'ann', runId: 'r1', model: 'a-model', source: script.source, ...more })
  const read = ({ after = 0, readerId }: { after?: number; readerId?: string } = {}) => {
    const connection = new AbortController()
    const seen = reading(runs.read('ann', 'r1', { after, readerId, signal: connection.signal }), clock)
    return { seen, drop: () => connection.abort() }
  }
  return { clock, runs, script, start, read }
}

test('two processes that are asked for one run call its source once', async () => {
  const records = memoryRecords()
  const [one, other] = [setUp(records), setUp(records.another())]
  const answers = await Promise.all([one.start(), other.start(), one.start(), other.start()])
  await settle()
  expect(answers.filter(({ created }) => created)).toHaveLength(1)
  expect(one.script.calls + other.script.calls).toBe(1)
  await expect(other.start({ owner: 'bob' })).rejects.toMatchObject({ code: 'not_found' })
})

test.for(['is not started again', 'is started again'])(
  'a run whose claim was stored, although the answer was lost, ends only if it %s',
  async (how) => {
    const records = memoryRecords()
    let isLost = true
    const claim: RunRecords['claim'] = async (run) => {
      const claimed = await records.claim(run)
      if (!isLost) return claimed
      throw new RunsError('unavailable', 'no connection')
    }
    const { clock, runs, script, start } = setUp({ ...records, claim })
    const elsewhere = setUp(records.another(), clock)
    await expect(start({ onDisconnect: 'continue' })).rejects.toMatchObject({ code: 'unavailable' })
    const { seen } = elsewhere.read()
    await clock.advance(10_000)
    expect(seen.state).toBe('open')
    isLost = false
    if (how === 'is started again')
      expect(await start({ onDisconnect: 'continue' })).toEqual({ created: true })
    await clock.advance(20_000)
    expect([runs.live, script.calls]).toEqual(how === 'is started again' ? [1, 1] : [0, 0])
    expect(seen.state).toBe(how === 'is started again' ? 'open' : 'returned')
    expect(seen.events.at(-1)?.type).toBe(how === 'is started again' ? undefined : 'error')
    await Promise.all([runs.close(), elsewhere.runs.close()])
    await clock.advance(5000)
    expect(clock.pending).toBe(0)
  },
)

test('one process has one claim of a run id in progress, and asks again only when that failed', async () => {
  const { claim, ...others } = memoryRecords()
  const claims: { answer: () => void; fail: () => void }[] = []
  const { start, script } = setUp({
    ...others,
    claim: (run) =>
      new Promise((resolve, reject) => {
        claims.push({
          answer: () => resolve(claim(run)),
          fail: () => reject(new RunsError('unavailable', 'Away.')),
        })
      }),
  })
  const [first, second, third] = [start(), start(), start()]
  await settle()
  expect(claims).toHaveLength(1)
  claims[0]?.fail()
  await expect(first).rejects.toMatchObject({ code: 'unavailable' })
  await settle()
  expect(claims).toHaveLength(2)
  claims[1]?.answer()
  expect([await second, await third]).toEqual([{ created: true }, { created: false }])
  expect(script.calls).toBe(1)
})

test('a reader in another process waits for the end of a run, and then reads all of it', async () => {
  const records = memoryRecords()
  const one = setUp(records)
  const other = setUp(records.another(), one.clock)
  await one.start()
  const { seen } = other.read({ readerId: 'far' })
  one.script.say(text('abc'))
  await one.clock.advance(3000)
  expect([seen.state, seen.entries]).toEqual(['open', []])
  // Its acks are no mistake, only without effect.
  await other.runs.ack('ann', 'r1', { readerId: 'far', position: 0 })
  await expect(other.runs.stop('ann', 'r1')).rejects.toMatchObject({ code: 'unavailable' })
  one.script.say(DONE)
  await one.clock.advance(1000)
  expect(seen.events).toEqual([START, text('abc'), DONE])
  expect(seen.state).toBe('returned')
  await other.runs.stop('ann', 'r1')
})

test('a reader that gives up waiting leaves no timer behind its grace', async () => {
  const records = memoryRecords()
  await records.another().claim(CLAIM)
  const { clock, read } = setUp(records)
  const { seen, drop } = read()
  await clock.advance(500)
  drop()
  await clock.advance(5000)
  expect([seen.state, clock.pending]).toEqual(['returned', 0])
})

test('no reader is told of the end before it is recorded', async () => {
  let recorded: (terminal: TerminalEvent) => void = () => {}
  const records = {
    ...memoryRecords(),
    end: () => new Promise<TerminalEvent>((resolve) => (recorded = resolve)),
  }
  const { clock, script, start, read } = setUp(records)
  await start()
  const { seen } = read()
  script.say(text('abc'), DONE)
  await clock.advance(100)
  expect(seen.events).toEqual([START, text('abc')])
  recorded(DONE)
  await settle()
  expect(seen.events.at(-1)).toEqual(DONE)
})

test('the end that was recorded first counts: of a run that was taken for dead, the one that others saw', async () => {
  const records = memoryRecords()
  const { clock, script, start, read } = setUp(records)
  await start()
  const { seen } = read()
  await records.end({ runId: 'r1', owner: 'ann', events: [START], terminal: INTERRUPTED })
  script.say(text('abc'), DONE)
  await clock.advance(100)
  expect(seen.events).toEqual([START, text('abc'), INTERRUPTED])
})

test('a reader that has more of an interrupted run than was recorded hears of its end at its own position', async () => {
  const records = memoryRecords()
  await records.claim(CLAIM)
  await records.end({ runId: 'r1', owner: 'ann', events: [START, text('abc')], terminal: INTERRUPTED })
  const { clock, read } = setUp(records)
  const entriesAfter = async (after: number) => {
    const { seen } = read({ after, readerId: `reader ${after}` })
    await clock.advance(0)
    expect(seen.state).toBe('returned')
    return seen.entries.map(({ position, event }) => [position, event])
  }
  const interrupted = (position: number): [number, ErrorEvent] => [position, INTERRUPTED]
  expect(await entriesAfter(2)).toEqual([[4, text('bc')], interrupted(5)])
  expect(await entriesAfter(4)).toEqual([interrupted(5)])
  // What it has there is text, not this end.
  expect(await entriesAfter(5)).toEqual([interrupted(6)])
  expect(await entriesAfter(900)).toEqual([interrupted(901)])
})

test('a claim that fails starts nothing, for any of its callers; the next start is the first', async () => {
  const records = memoryRecords()
  let isAway = true
  const { script, start, runs } = setUp({
    ...records,
    async claim(claim) {
      await settle()
      if (isAway) throw new RunsError('unavailable', 'Away.')
      return records.claim(claim)
    },
  })
  const answers = await Promise.allSettled([start(), start(), start()])
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect([script.calls, runs.live, await runs.has('ann', 'r1')]).toEqual([0, 0, false])
  isAway = false
  expect(await start()).toEqual({ created: true })
  await settle()
  expect(script.calls).toBe(1)
})

test('a claim that is made while the process closes is a run that ends as interrupted', async () => {
  const records = memoryRecords()
  let claimed = () => {}
  const { start, runs, script } = setUp({
    ...records,
    async claim(claim) {
      await new Promise<void>((resolve) => (claimed = resolve))
      return records.claim(claim)
    },
  })
  const starting = start()
  await settle()
  const closing = runs.close()
  claimed()
  expect(await starting).toEqual({ created: true })
  await closing
  expect(await records.eventsOf('ann', 'r1')).toEqual([
    START,
    expect.objectContaining({ type: 'error', code: 'interrupted' }),
  ])
  expect(script.calls).toBeLessThanOrEqual(1)
})

test('a claim whose response was lost can be started; a reader that comes first ends the run', async () => {
  const records = memoryRecords()
  const { clock, runs, script, start, read } = setUp(records)
  await records.claim(CLAIM)
  expect(await runs.has('ann', 'r1')).toBe(false)
  await runs.ack('ann', 'r1', { readerId: 'none', position: 0 })
  const [{ seen }, { seen: same }] = [read(), read()]
  await clock.advance(0)
  expect([seen.events, same.events]).toEqual([
    [START, UNSTARTED],
    [START, UNSTARTED],
  ])
  expect([await runs.has('ann', 'r1'), await start()]).toEqual([true, { created: false }])

  const second = { ...CLAIM, runId: 'r2' }
  await records.claim(second)
  expect(await start({ runId: 'r2' })).toEqual({ created: true })
  await settle()
  expect(script.calls).toBe(1)
})

test('a start and a reader that find a run unstarted at once: it is either started or ended, as both see', async () => {
  const records = memoryRecords()
  const looks: (() => void)[] = []
  const { clock, runs, script, start, read } = setUp({
    ...records,
    async stateOf(owner, runId) {
      const state = await records.stateOf(owner, runId)
      await new Promise<void>((resolve) => looks.push(resolve))
      return state
    },
  })
  await records.claim(CLAIM)
  const { seen } = read()
  await settle()
  // Before the reader begins to end it.
  const first = start()
  looks[0]?.()
  expect(await first).toEqual({ created: true })
  script.say(text('abc'), DONE)
  await clock.advance(100)
  expect(seen.events).toEqual([START, text('abc'), DONE])

  const second = { ...CLAIM, runId: 'r2' }
  await records.claim(second)
  const ending = reading(runs.read('ann', 'r2', { after: 0, signal: new AbortController().signal }), clock)
  await settle()
  looks[1]?.()
  await settle()
  // While it ends it.
  const late = start({ runId: 'r2' })
  looks[2]?.()
  await settle()
  looks[3]?.()
  await clock.advance(0)
  expect([await late, ending.events.at(-1)]).toEqual([{ created: false }, UNSTARTED])
  expect(script.calls).toBe(1)
})

test('a stop of a claim whose response was lost is its end', async () => {
  const records = memoryRecords()
  const { runs, script, start } = setUp(records)
  await records.claim(CLAIM)
  await runs.stop('ann', 'r1')
  expect(await records.eventsOf('ann', 'r1')).toEqual([START, STOPPED])
  expect([await start(), script.calls]).toEqual([{ created: false }, 0])
})

test('an ack or a stop of a run that has ended does not load it', async () => {
  const records = memoryRecords()
  const { runs } = setUp({
    ...records,
    eventsOf: () => Promise.reject(new Error('loaded')),
  })
  await records.claim(CLAIM)
  await records.end({ ...CLAIM, events: [START], terminal: DONE })
  await runs.ack('ann', 'r1', { readerId: 'gone', position: 1 })
  await runs.stop('ann', 'r1')
  expect([await runs.has('ann', 'r1'), runs.size]).toEqual([true, 0])
  for (const owner of ['ann', 'bob'])
    await expect(runs.ack(owner, 'r2', { readerId: 'gone', position: 1 })).rejects.toMatchObject({
      code: 'not_found',
    })
})

test('what a run has said is stored before it is given time to end, in case that is not enough', async () => {
  const records = memoryRecords()
  const saved: unknown[] = []
  const { clock, script, start, runs, read } = setUp({
    ...records,
    async save(run) {
      saved.push(run)
    },
  })
  await start()
  read()
  script.say(text('abc'))
  await clock.advance(100)
  const closing = runs.close({ drainMs: 1000 })
  await settle()
  expect(saved).toEqual([{ runId: 'r1', events: [START, text('abc')] }])
  await clock.advance(1000)
  await closing
})
