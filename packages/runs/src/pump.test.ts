import { getEventListeners } from 'node:events'
import type { RunEvent, TerminalEvent } from '@sluice/events'
import { expect, test } from 'vitest'
import { FlushScheduler } from './flush-scheduler.ts'
import { Lease } from './lease.ts'
import { MemoryLog } from './memory-log.ts'
import { pump } from './pump.ts'
import { DONE, OVERLOADED, START, text, thinking } from './testing/events.ts'
import { countWatchers } from './testing/count-watchers.ts'
import { manualClock, settle } from './testing/manual-clock.ts'
import {
  scriptedSource,
  type ScriptedSourceOptions,
  STOPPED_WITH_ESTIMATE,
} from './testing/scripted-source.ts'

const FRAME_MS = 50
const WINDOW = 100

function setUp(options: ScriptedSourceOptions = {}) {
  const clock = manualClock()
  const log = new MemoryLog()
  const lease = new Lease({
    clock,
    limits: { windowChars: WINDOW, graceMs: 5000, leaseMs: 75_000 },
    keepWithoutReaders: false,
    onUnread: () => {},
  })
  const watchers = countWatchers(lease)
  // Stops the grace, so that the only timers are the pump's.
  lease.close()
  const cut = new AbortController()
  const script = scriptedSource(options)
  const lateErrors: unknown[] = []
  const start = (source = script.source({ runId: 'a-run', signal: cut.signal, events: async () => [] })) => {
    const outcome: { value?: TerminalEvent | undefined; state: 'pumping' | 'over' | { thrown: unknown } } = {
      state: 'pumping',
    }
    pump(source, {
      log,
      lease,
      scheduler: new FlushScheduler({ clock, frameMs: FRAME_MS }),
      clock,
      signal: cut.signal,
      onLateError: (error) => lateErrors.push(error),
    }).then(
      (value) => Object.assign(outcome, { value, state: 'over' }),
      (thrown: unknown) => Object.assign(outcome, { state: { thrown } }),
    )
    return outcome
  }
  const events = async () => (await log.read(0, Number.MAX_SAFE_INTEGER)).map(({ event }) => event)
  const leftovers = () => ({
    timers: clock.pending,
    listeners: getEventListeners(cut.signal, 'abort').length,
    watchers: watchers(),
    returns: script.returns,
  })
  return { clock, log, lease, cut, script, lateErrors, start, events, leftovers }
}

const NOTHING_LEFT = { timers: 0, listeners: 0, watchers: 0, returns: 1 }

test('the pump appends everything but the terminal event, which it returns', async () => {
  const { script, start, events, leftovers } = setUp()
  script.say(START, thinking('hm'), text('a'), DONE)
  const outcome = start()
  await settle()
  expect(outcome).toEqual({ state: 'over', value: DONE })
  expect(await events()).toEqual([START, thinking('hm'), text('a')])
  expect(leftovers()).toEqual(NOTHING_LEFT)
})

test('text in the same item as an error is appended', async () => {
  const { clock, script, start, events } = setUp()
  const outcome = start()
  script.say(text('a'))
  await clock.advance(10)
  script.say(text('b'), text('c'), OVERLOADED)
  await clock.advance(FRAME_MS)
  expect(outcome.value).toEqual(OVERLOADED)
  expect(await events()).toEqual([text('abc')])
})

test('events after the end of a source are ignored', async () => {
  const { script, start, events } = setUp()
  script.say(text('a'), DONE, text('b'), OVERLOADED)
  const outcome = start()
  await settle()
  expect(outcome.value).toEqual(DONE)
  expect(await events()).toEqual([text('a')])
})

test('once text flows there is exactly one pull per frame time', async () => {
  const pulledAt: number[] = []
  const { clock, lease, start } = setUp({
    onPull: () => {
      pulledAt.push(clock.now())
      return [text('x')]
    },
  })
  lease.open({ position: 1000 })
  start()
  await clock.advance(210)
  expect(pulledAt).toEqual([0, 50, 100, 150, 200])
})

test('events without text do not delay the next pull, so that the first text is not late', async () => {
  const pulledAt: number[] = []
  const { clock, start } = setUp({
    onPull: (pull) => {
      pulledAt.push(clock.now())
      return pull < 4 ? [START] : [text('x')]
    },
  })
  start()
  await clock.advance(FRAME_MS)
  expect(pulledAt).toEqual([0, 0, 0, 0, 50])
})

test('a long pull is followed by a whole frame time, so that more text can arrive', async () => {
  const { clock, script, start, events } = setUp()
  start()
  await clock.advance(500)
  script.say(text('a'))
  await clock.advance(10)
  script.say(text('b'))
  await clock.advance(39)
  expect(script.pulls).toBe(1)
  expect(await events()).toEqual([text('a')])
  await clock.advance(1)
  expect(script.pulls).toBe(2)
  expect(await events()).toEqual([text('ab')])
})

test('pulling stops when the log is a window ahead, and goes on as far as the acks allow', async () => {
  const { clock, log, lease, script, start } = setUp({ onPull: () => [text('0123456789')] })
  lease.open({ readerId: 'a', position: 0 }).sent(WINDOW)
  start()
  await clock.advance(10_000)
  expect(script.pulls).toBe(10)
  expect(await log.status()).toEqual({ end: WINDOW, ended: false })
  lease.ack('a', 1)
  await clock.advance(10_000)
  expect(script.pulls).toBe(11)
  lease.ack('a', 50)
  await clock.advance(10_000)
  expect(script.pulls).toBe(15)
  lease.ack('a', 50)
  await clock.advance(10_000)
  expect(script.pulls).toBe(15)
})

test('before the first reader exactly one window is pulled', async () => {
  const { clock, script, start } = setUp({ onPull: () => [text('0123456789')] })
  start()
  await clock.advance(4000)
  expect(script.pulls).toBe(10)
})

test('the furthest of two readers sets the pump’s limit, and after it leaves the other does', async () => {
  const { clock, lease, script, start } = setUp({ onPull: () => [text('0123456789')] })
  lease.open({ readerId: 'behind', position: 0 }).sent(WINDOW)
  const ahead = lease.open({ readerId: 'ahead', position: 0 })
  ahead.sent(WINDOW)
  start()
  await clock.advance(10_000)
  lease.ack('ahead', 40)
  await clock.advance(10_000)
  expect(script.pulls).toBe(14)
  ahead.close()
  lease.ack('behind', 40)
  await clock.advance(10_000)
  expect(script.pulls).toBe(14)
  lease.ack('behind', 60)
  await clock.advance(10_000)
  expect(script.pulls).toBe(16)
})

test('a source that ends without a terminal event returns none', async () => {
  const { clock, script, start, events, leftovers } = setUp()
  script.say(text('a'))
  script.end()
  const outcome = start()
  await clock.advance(FRAME_MS)
  expect(outcome).toEqual({ state: 'over', value: undefined })
  expect(await events()).toEqual([text('a')])
  expect(leftovers()).toEqual(NOTHING_LEFT)
})

test('a source that throws makes the pump throw the same error, after the text before it was appended', async () => {
  const { clock, script, start, events, leftovers } = setUp()
  const bug = new TypeError('a bug')
  script.say(text('a'))
  script.crash(bug)
  const outcome = start()
  await clock.advance(FRAME_MS)
  expect(outcome.state).toEqual({ thrown: bug })
  expect(await events()).toEqual([text('a')])
  expect(leftovers()).toEqual(NOTHING_LEFT)
})

test.for([
  ['waits for the source', [], 0],
  ['waits out a frame time', [text('a')], 10],
  ['waits for readers', [text('x'.repeat(WINDOW))], 1000],
] as const)('a pump that is aborted while it %s takes the last word at once', async ([, said, ms]) => {
  const { clock, cut, script, start, leftovers } = setUp()
  script.say(...said)
  const outcome = start()
  await clock.advance(ms)
  expect(outcome.state).toBe('pumping')
  cut.abort('stopped')
  await settle()
  expect(outcome).toEqual({ state: 'over', value: STOPPED_WITH_ESTIMATE })
  // The timer of the last tick still fires.
  await clock.advance(FRAME_MS)
  expect(leftovers()).toEqual(NOTHING_LEFT)
})

test('a pump that is aborted before it begins pulls once, for the end', async () => {
  const { cut, script, start, leftovers } = setUp()
  cut.abort('stopped')
  const outcome = start()
  await settle()
  expect(outcome).toEqual({ state: 'over', value: STOPPED_WITH_ESTIMATE })
  expect(script.pulls).toBe(1)
  expect(leftovers()).toEqual(NOTHING_LEFT)
})

test('text that arrives with the abort is kept, and the end is still pulled', async () => {
  const { cut, script, start, events } = setUp({ ignoresAbort: true })
  const outcome = start()
  await settle()
  cut.abort('stopped')
  script.say(text('just in time'))
  await settle()
  expect(outcome.state).toBe('pumping')
  script.say(text(' and late'), DONE)
  await settle()
  expect(outcome.value).toEqual(DONE)
  expect(await events()).toEqual([text('just in time and late')])
  expect(script.pulls).toBe(2)
})

test('a source that goes on after an abort is pulled once more, and not again', async () => {
  const { clock, cut, script, start, events, leftovers } = setUp({
    ignoresAbort: true,
    onPull: (pull) => [text(`${pull}`)],
  })
  const outcome = start()
  await settle()
  cut.abort('stopped')
  await settle()
  expect(outcome).toEqual({ state: 'over', value: undefined })
  expect(script.pulls).toBe(2)
  expect(await events()).toEqual([text('12')])
  await clock.advance(10_000)
  expect(leftovers()).toEqual(NOTHING_LEFT)
})

test.for([
  ['was pulled', [], 0],
  ['rested', [text('a')], 10],
] as const)(
  'a source that ignores the abort that %s when the abort came is waited for 1 s, no longer',
  async ([, said, ms]) => {
    const { clock, cut, script, start, leftovers } = setUp({ ignoresAbort: true })
    script.say(...said)
    const outcome = start()
    await clock.advance(ms)
    cut.abort('stopped')
    await clock.advance(999)
    expect(outcome.state).toBe('pumping')
    await clock.advance(1)
    expect(outcome).toEqual({ state: 'over', value: undefined })
    expect(leftovers()).toEqual(NOTHING_LEFT)
  },
)

test('a source that ignores the abort but ends within a second still sets the end', async () => {
  const { clock, cut, script, start, leftovers } = setUp({ ignoresAbort: true })
  const outcome = start()
  await settle()
  cut.abort('stopped')
  await clock.advance(900)
  script.say(DONE)
  await settle()
  expect(outcome.value).toEqual(DONE)
  expect(leftovers()).toEqual(NOTHING_LEFT)
})

test('`return` is called on a source at its end and after an abort, and not awaited', async () => {
  const { clock, cut, start } = setUp()
  let finished = 0
  const never = new Promise<void>(() => {})
  const generator = async function* (): AsyncGenerator<RunEvent[]> {
    try {
      yield [text('a')]
      await never
    } finally {
      finished++
    }
  }
  const outcome = start(generator())
  await clock.advance(10)
  cut.abort('stopped')
  await clock.advance(1000)
  expect(outcome).toEqual({ state: 'over', value: undefined })
  expect(finished).toBe(0)
})

test('an error in a source’s `return` is reported, and changes nothing', async () => {
  const { start, lateErrors } = setUp()
  const late = new Error('late')
  const generator = async function* (): AsyncGenerator<RunEvent[]> {
    try {
      yield [DONE]
    } finally {
      await settle()
      // oxlint-disable-next-line no-unsafe-finally -- such a generator is what is tested
      throw late
    }
  }
  const outcome = start(generator())
  await settle()
  await settle()
  expect(outcome).toEqual({ state: 'over', value: DONE })
  expect(lateErrors).toEqual([late])
})

test('a pause of any length pulls nothing from the source', async () => {
  const { clock, log, lease, script, start } = setUp()
  script.say(text('x'.repeat(WINDOW)))
  lease.open({ readerId: 'a', position: 0 }).sent(WINDOW)
  const outcome = start()
  await clock.advance(30_000)
  script.say(text('y'), DONE)
  await clock.advance(30_000)
  expect(script.pulls).toBe(1)
  lease.ack('a', WINDOW)
  await settle()
  expect(outcome.value).toEqual(DONE)
  expect((await log.status()).end).toBe(WINDOW + 1)
})

test('an error of a source that is no longer awaited is reported, and changes nothing', async () => {
  const { clock, cut, start, lateErrors } = setUp()
  let fail: (error: Error) => void = () => {}
  const source: AsyncIterable<RunEvent[]> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise((_resolve, reject) => (fail = reject)),
      return: () => Promise.resolve({ done: true, value: undefined }),
    }),
  }
  const outcome = start(source as ReturnType<ReturnType<typeof scriptedSource>['source']>)
  await settle()
  cut.abort()
  await clock.advance(1000)
  expect(outcome.state).toBe('over')
  const late = new Error('late')
  fail(late)
  await settle()
  expect(lateErrors).toEqual([late])
  expect(outcome.state).toBe('over')
})

test('a slow log does not extend the second that a source has after an abort', async () => {
  const { clock, cut, log, script, start } = setUp({ ignoresAbort: true })
  const append = log.append.bind(log)
  let written: () => void = () => {}
  log.append = async (events) => {
    await new Promise<void>((resolve) => (written = resolve))
    return append(events)
  }
  script.say(text('a'))
  const outcome = start()
  await settle()
  cut.abort()
  await clock.advance(1000)
  written()
  await settle()
  await clock.advance(1000)
  expect(outcome.state).toBe('over')
})
