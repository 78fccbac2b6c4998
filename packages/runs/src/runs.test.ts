import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { aloneInMemory } from './live-store.ts'
import { MemoryLog } from './memory-log.ts'
import { Runs, type RunsOptions } from './runs.ts'
import { DONE, text, thinking } from './testing/events.ts'
import { manualClock, settle } from './testing/manual-clock.ts'
import { memoryRecords } from './testing/memory-records.ts'
import { type Reading, reading } from './testing/reading.ts'
import { runsContract } from './testing/runs-contract.ts'
import {
  scriptedSource,
  type ScriptedSourceOptions,
  STOPPED_WITH_ESTIMATE,
} from './testing/scripted-source.ts'
import { sharedMemory } from './testing/shared-memory.ts'

runsContract('alone in memory', async () => ({
  stores: [aloneInMemory],
  delayMs: 0,
  settled: settle,
  close: async () => {},
}))

runsContract('three instances', () => sharedMemory(3))

// What follows is exact only where a run is written and read by one instance.

const FRAME_MS = 50
const GRACE_MS = 5000

function setUp({ onPull, ...options }: ScriptedSourceOptions & Partial<RunsOptions> = {}) {
  const clock = manualClock()
  const runs = new Runs({
    windowChars: 100_000,
    frameMs: FRAME_MS,
    graceMs: GRACE_MS,
    leaseMs: 75_000,
    runMaxMs: 900_000,
    clock,
    records: memoryRecords(),
    ...options,
  })
  const script = scriptedSource({ ...(onPull && { onPull }) })
  const start = () => runs.start({ owner: 'ann', runId: 'r1', model: 'a-model', source: script.source })
  const read = ({ after = 0, readerId }: { after?: number; readerId?: string } = {}) => {
    const connection = new AbortController()
    const seen = reading(runs.read('ann', 'r1', { after, readerId, signal: connection.signal }), clock)
    return { seen, drop: () => connection.abort() }
  }
  return { clock, runs, script, start, read }
}

test('of several starts at once the first one is told that it started the run', async () => {
  const { start } = setUp()
  const started = await Promise.all([start(), start(), start()])
  expect(started).toEqual([{ created: true }, { created: false }, { created: false }])
})

test('every reader gets one frame per frame time, in the tick in which its text was pulled', async () => {
  const pulledAt: number[] = []
  const { clock, start, read } = setUp({
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

test('what this process has is counted: its runs, their text, and their readers', async () => {
  const { clock, runs, script, start, read } = setUp()
  const counts = () => [runs.live, runs.size, runs.chars, runs.readers]
  expect(counts()).toEqual([0, 0, 0, 0])
  await start()
  const { drop } = read({ readerId: 'a' })
  read({ readerId: 'b' })
  read({ readerId: 'b' })
  script.say(thinking('hm'), text('abc'))
  await clock.advance(0)
  expect(counts()).toEqual([1, 1, 5, 2])
  drop()
  script.say(DONE)
  await clock.advance(FRAME_MS)
  expect(counts()).toEqual([0, 1, 5, 0])
  await clock.advance(GRACE_MS)
  expect(counts()).toEqual([0, 0, 0, 0])
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

test('a run that has ended frees its source, and one that has expired its log too', async () => {
  const refs: WeakRef<object>[] = []
  const watched = <T extends object>(value: T) => {
    refs.push(new WeakRef(value))
    return value
  }
  const ends: unknown[] = []
  const { clock, runs } = setUp({
    createLog: () => watched(new MemoryLog()),
    onEnd: (run) => ends.push(run),
  })
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

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') collect()
}
