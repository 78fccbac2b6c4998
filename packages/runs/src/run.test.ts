import { getEventListeners } from 'node:events'
import type { RunEvent } from '@sluice/events'
import { expect, test } from 'vitest'
import type { Log } from './log.ts'
import { FlushScheduler } from './flush-scheduler.ts'
import type { Lease } from './lease.ts'
import { MemoryLog } from './memory-log.ts'
import { Run, type RunOptions, type WriteOptions } from './run.ts'
import { ABANDONED, INTERRUPTED, STOPPED, tookTooLong } from './run-ends.ts'
import { DONE, OVERLOADED, text } from './testing/events.ts'
import { manualClock, settle } from './testing/manual-clock.ts'
import { memoryRecords } from './testing/memory-records.ts'
import {
  scriptedSource,
  type ScriptedSourceOptions,
  STOPPED_WITH_ESTIMATE,
} from './testing/scripted-source.ts'

const STARTED: RunEvent = { type: 'start', model: 'a-model', runId: 'a-run' }

function setUp({ log = new MemoryLog(), ...script }: ScriptedSourceOptions & { log?: Log } = {}) {
  const clock = manualClock()
  const scripted = scriptedSource(script)
  const errors: unknown[] = []
  let lease: Lease | undefined
  const start = ({ onDisconnect, ...options }: Partial<RunOptions & WriteOptions> = {}) => {
    const run = new Run({
      runId: 'a-run',
      owner: 'ann',
      onDisconnect,
      log,
      limits: { windowChars: 100, graceMs: 5000, leaseMs: 75_000, runMaxMs: 900_000 },
      clock,
      onUnread: () => {},
    })
    lease = run.lease
    const ended = run.write({
      model: 'a-model',
      source: scripted.source,
      scheduler: new FlushScheduler({ clock, frameMs: 50 }),
      records: memoryRecords(),
      onSourceError: (error) => errors.push(error),
      ...options,
    })
    return Object.assign(run, { ended })
  }
  const events = async () => (await log.read(0, Number.MAX_SAFE_INTEGER)).map(({ event }) => event)
  const leftovers = () => {
    // It has a timer while the run has no reader.
    lease?.close()
    return {
      timers: clock.pending,
      listeners: getEventListeners(scripted.signal, 'abort').length,
      calls: scripted.calls,
      returns: scripted.returns,
    }
  }
  return { clock, log, script: scripted, errors, start, events, leftovers }
}

const NOTHING_LEFT = { timers: 0, listeners: 0, calls: 1, returns: 1 }

test('a run has `start` first, then the events of its source, and ends as its source does', async () => {
  const { script, start, events, errors, leftovers } = setUp()
  script.say(text('a'), DONE)
  const run = start()
  expect((await run.ended).terminal).toEqual(DONE)
  expect(await events()).toEqual([STARTED, text('a'), DONE])
  expect(errors).toEqual([])
  expect(leftovers()).toEqual(NOTHING_LEFT)
})

test('text in the same burst as an error is in the log before it', async () => {
  const { script, start, events } = setUp()
  script.say(text('a'), text('b'), OVERLOADED)
  await start().ended
  expect(await events()).toEqual([STARTED, text('ab'), OVERLOADED])
})

test('a stopped run ends with its source’s estimate of what it cost', async () => {
  const { clock, script, start, events, leftovers } = setUp()
  script.say(text('a'))
  const run = start()
  await clock.advance(10)
  run.end(STOPPED)
  expect((await run.ended).terminal).toEqual(STOPPED_WITH_ESTIMATE)
  expect(await events()).toEqual([STARTED, text('a'), STOPPED_WITH_ESTIMATE])
  // The timer of the last tick still fires.
  await clock.advance(50)
  expect(leftovers()).toEqual(NOTHING_LEFT)
})

test('the source’s signal aborts in the same tick as the stop', async () => {
  const { clock, script, start } = setUp()
  const run = start()
  await clock.advance(10)
  run.end(STOPPED)
  expect(script.signal.aborted).toBe(true)
})

const CUTS = {
  stopped: STOPPED,
  abandoned: ABANDONED,
  upstream_timeout: tookTooLong(900_000),
  interrupted: INTERRUPTED,
}
const WAYS = Object.keys(CUTS) as (keyof typeof CUTS)[]

test.for([
  ['stopped', { type: 'done', stopReason: 'stopped' }],
  ['abandoned', { type: 'error', code: 'abandoned', retryable: true }],
  ['upstream_timeout', { type: 'error', code: 'upstream_timeout', retryable: true }],
  ['interrupted', { type: 'error', code: 'interrupted', retryable: true }],
] as const)('a run that is cut short as %s says so, whether or not its source hears', async ([way, end]) => {
  for (const ignoresAbort of [false, true]) {
    const { clock, script, start, events, leftovers } = setUp({ ignoresAbort })
    script.say(text('a'))
    const run = start()
    await clock.advance(100)
    run.end(CUTS[way])
    await clock.advance(1000)
    expect((await run.ended).terminal).toMatchObject(end)
    expect(await events()).toEqual([STARTED, text('a'), (await run.ended).terminal])
    expect(leftovers()).toEqual(NOTHING_LEFT)
  }
})

test.for(WAYS)(
  'a run that is cut short as %s keeps the usage and the model that its source reports',
  async (way) => {
    const { clock, script, start } = setUp()
    script.say(text('a'))
    const run = start()
    await clock.advance(100)
    run.end(CUTS[way])
    await clock.advance(1000)
    const { usage, costUsd, model } = STOPPED_WITH_ESTIMATE
    const summary = await run.ended
    expect(summary.terminal).toMatchObject({ usage, costUsd, model })
    expect(summary.usage).toEqual(usage)
  },
)

test('a stop without a report from the source ends with zero usage, marked as an estimate', async () => {
  const { clock, start } = setUp({ ignoresAbort: true })
  const run = start()
  await clock.advance(100)
  run.end(STOPPED)
  await clock.advance(1000)
  expect((await run.ended).terminal).toMatchObject({
    usage: { outputTokens: 0, estimated: true },
    costUsd: null,
  })
})

test('a run that is cut short twice has the first end', async () => {
  const { clock, start } = setUp({ ignoresAbort: true })
  const run = start()
  await clock.advance(100)
  run.end(STOPPED)
  run.end(ABANDONED)
  await clock.advance(1000)
  run.end(INTERRUPTED)
  expect((await run.ended).terminal).toMatchObject({ type: 'done', stopReason: 'stopped' })
})

test.for([DONE, OVERLOADED])(
  'a source that had $type ready when the run was cut short sets the end',
  async (last) => {
    for (const way of WAYS) {
      const { clock, script, start, events } = setUp({ ignoresAbort: true })
      script.say(text('a'))
      const run = start()
      await clock.advance(10)
      script.say(text('b'), last)
      run.end(CUTS[way])
      expect((await run.ended).terminal).toEqual(last)
      expect(await events()).toEqual([STARTED, text('ab'), last])
    }
  },
)

test('a stop before the source was even called still ends the run, once', async () => {
  const { start, events, leftovers } = setUp()
  const run = start()
  run.end(STOPPED)
  expect((await run.ended).terminal).toEqual(STOPPED_WITH_ESTIMATE)
  expect(await events()).toEqual([STARTED, STOPPED_WITH_ESTIMATE])
  expect(leftovers()).toEqual(NOTHING_LEFT)
})

test('a stop of a run that has ended changes nothing', async () => {
  const { script, start, events, leftovers } = setUp()
  script.say(DONE)
  const run = start()
  await run.ended
  run.end(STOPPED)
  await settle()
  expect(await events()).toEqual([STARTED, DONE])
  expect(leftovers()).toEqual(NOTHING_LEFT)
})

test('a source that ends without a terminal event ends the run as upstream_interrupted', async () => {
  const { clock, script, start, events, errors, leftovers } = setUp()
  script.say(text('a'))
  script.end()
  const run = start()
  await clock.advance(50)
  expect((await run.ended).terminal).toMatchObject({
    type: 'error',
    code: 'upstream_interrupted',
    retryable: true,
  })
  expect(await events()).toEqual([STARTED, text('a'), (await run.ended).terminal])
  expect(errors).toEqual([])
  expect(leftovers()).toEqual(NOTHING_LEFT)
})

test('a source that throws ends the run with one internal error, and its own error is reported but not sent to readers', async () => {
  const { clock, script, start, events, errors, leftovers } = setUp()
  const bug = new Error('password123')
  script.say(text('a'))
  script.crash(bug)
  const run = start()
  await clock.advance(50)
  expect((await run.ended).terminal).toMatchObject({ type: 'error', code: 'internal', retryable: true })
  expect(await events()).toEqual([STARTED, text('a'), (await run.ended).terminal])
  expect(JSON.stringify(await events())).not.toContain('password')
  expect(errors).toEqual([bug])
  expect(leftovers()).toEqual(NOTHING_LEFT)
})

test('a source that throws when it is called ends the run in the same way', async () => {
  const { start, events, errors } = setUp()
  const bug = new Error('a bug')
  const run = start({
    source: () => {
      throw bug
    },
  })
  expect((await run.ended).terminal).toMatchObject({ code: 'internal' })
  expect(await events()).toEqual([STARTED, (await run.ended).terminal])
  expect(errors).toEqual([bug])
})

test('an error that a source throws because of an abort does not replace the reason for the abort', async () => {
  const { start, errors } = setUp()
  const run = start({
    source: async function* ({ signal }) {
      yield [text('a')]
      signal.throwIfAborted()
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    },
  })
  await settle()
  run.end(STOPPED)
  expect((await run.ended).terminal).toMatchObject({ type: 'done', stopReason: 'stopped' })
  expect(errors).toHaveLength(1)
})

test('a run without readers is abandoned after the grace, and its source aborted', async () => {
  const { clock, script, start, leftovers } = setUp()
  script.say(text('a'))
  const run = start()
  await clock.advance(4999)
  expect(script.signal.aborted).toBe(false)
  await clock.advance(1)
  expect(script.signal.aborted).toBe(true)
  expect((await run.ended).terminal).toMatchObject({ code: 'abandoned' })
  expect(leftovers()).toEqual(NOTHING_LEFT)
})

test('a run with onDisconnect `continue` goes to its end without readers, and without a window', async () => {
  const { clock, log, start, leftovers } = setUp({
    onPull: (pull) => [pull <= 50 ? text('0123456789') : DONE],
  })
  const run = start({ onDisconnect: 'continue' })
  await clock.advance(60_000)
  expect((await run.ended).terminal).toEqual(DONE)
  expect(await log.status()).toEqual({ end: 502, ended: true })
  expect(leftovers()).toEqual(NOTHING_LEFT)
})

test('no run takes longer than its limit, also with onDisconnect `continue`', async () => {
  const { clock, script, start, leftovers } = setUp()
  const run = start({ onDisconnect: 'continue' })
  await clock.advance(899_999)
  expect(script.signal.aborted).toBe(false)
  await clock.advance(1)
  expect((await run.ended).terminal).toMatchObject({
    code: 'upstream_timeout',
    message: expect.stringContaining('900 seconds'),
  })
  expect(leftovers()).toEqual(NOTHING_LEFT)
})

test('a log that fails rejects `ended`, and the run stops', async () => {
  const outage = new Error('no connection')
  class FailingLog extends MemoryLog {
    override async append(events: readonly RunEvent[]): Promise<number> {
      if (events.some((event) => event.type !== 'start')) throw outage
      return super.append(events)
    }
  }
  const { script, start, errors, leftovers } = setUp({ log: new FailingLog() })
  script.say(text('a'))
  const run = start()
  await expect(run.ended).rejects.toBe(outage)
  expect(errors).toEqual([outage])
  expect(leftovers()).toEqual(NOTHING_LEFT)
})

test('an onSourceError that throws does not keep the end from readers', async () => {
  const { script, start, events } = setUp()
  const onSourceError = () => {
    throw new Error('no disk left for the log')
  }
  script.crash(new Error('a bug'))
  await expect(start({ onSourceError }).ended).rejects.toThrow('no disk left')
  expect(await events()).toMatchObject([STARTED, { type: 'error', code: 'internal' }])
})
