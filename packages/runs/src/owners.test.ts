import { expect, test } from 'vitest'
import type { RunRecords } from './run-records.ts'
import { Runs } from './runs.ts'
import { DONE, text } from './testing/events.ts'
import { manualClock, settle } from './testing/manual-clock.ts'
import { memoryRecords } from './testing/memory-records.ts'
import { reading } from './testing/reading.ts'
import { scriptedSource } from './testing/scripted-source.ts'

function setUp(records: RunRecords = memoryRecords()) {
  const clock = manualClock()
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
  const start = (owner: string, runId: string) =>
    runs.start({ owner, runId, model: 'a-model', source: script.source })
  const read = (owner: string, runId: string) =>
    reading(runs.read(owner, runId, { after: 0, signal: new AbortController().signal }), clock)
  return { clock, runs, script, start, read }
}

test('a live run that is handed over goes on for its readers, and belongs to its new owner alone', async () => {
  let claimed = () => {}
  const claiming = new Promise<boolean>((resolve) => (claimed = () => resolve(true)))
  const { clock, runs, script, start, read } = setUp({ ...memoryRecords(), claim: () => claiming })
  const starting = start('guest', 'r1')
  await settle()
  const adopting = runs.adopt(['r1', 'unknown'], 'ann')
  claimed()
  await Promise.all([starting, adopting])
  const seen = read('ann', 'r1')
  await expect(runs.stop('guest', 'r1')).rejects.toMatchObject({ code: 'not_found' })
  script.say(text('abc'), DONE)
  await clock.advance(100)
  expect([seen.state, seen.text]).toEqual(['returned', 'abc'])
})

test('an owner who is forgotten has no runs in memory, and their readers have the end', async () => {
  const { clock, runs, script, start, read } = setUp()
  await start('ann', 'r1')
  const seen = read('ann', 'r1')
  script.say(text('abc'))
  await clock.advance(100)
  const forgetting = runs.forget('ann')
  await clock.advance(2000)
  await forgetting
  await settle()
  expect(seen.events.at(-1)).toMatchObject({ type: 'done', stopReason: 'stopped' })
  expect([seen.state, runs.size, runs.live, runs.chars]).toEqual(['returned', 0, 0, 0])
  await start('bob', 'r2')
  await runs.forget('ann')
  expect(runs.live).toBe(1)
  await runs.close()
})

test('a run that another process has handed over belongs to its new owner, even if this one was not told', async () => {
  const records = memoryRecords()
  const { clock, runs, script, start, read } = setUp(records)
  await start('guest', 'r1')
  records.adopt(['r1'], 'ann')
  const seen = read('ann', 'r1')
  script.say(text('abc'), DONE)
  await clock.advance(100)
  expect(seen.text).toBe('abc')
  await expect(runs.stop('guest', 'r1')).rejects.toMatchObject({ code: 'not_found' })
})
