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
    onAbandoned: () => {},
  })
  const watchers = countWatchers(lease)
  // Out of the way: the only timers left are the pump's.
  lease.end()
  const cut = new AbortController()
  const script = scriptedSource(options)
  const lateErrors: unknown[] = []
  const start = (source = script.source({ runId: 'a-run', signal: cut.signal })) => {
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

test('all but the terminal event goes into the log, which the pump resolves to', async () => {
  const { script, start, events, leftovers } = setUp()
  script.say(START, thinking('hm'), text('a'), DONE)
  const outcome = start()
  await settle()
  expect(outcome).toEqual({ state: 'over', value: DONE })
  expect(await events()).toEqual([START, thinking('hm'), text('a')])
  expect(leftovers()).toEqual(NOTHING_LEFT)
})

test('text in the same item as an error is in the log', async () => {
  const { clock, script, start, events } = setUp()
  const outcome = start()
  script.say(text('a'))
  await clock.advance(10)
  script.say(text('b'), text('c'), OVERLOADED)
  await clock.advance(FRAME_MS)
  expect(outcome.value).toEqual(OVERLOADED)
  expect(await events()).toEqual([text('abc')])
})

test('what a source says after its end is ignored', async () => {
  const { script, start, events } = setUp()
  script.say(text('a'), DONE, text('b'), OVERLOADED)
  const outcome = start()
  await settle()
  expect(outcome.value).toEqual(DONE)
  expect(await events()).toEqual([text('a')])
})

test('once text flows there is one pull per frame time, and nothing between two of them', async () => {
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

test('events without text are pulled without a wait, so that the first words are not late', async () => {
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

test('a pull that took long is followed by a whole frame time, so that more can gather', async () => {
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

test('pulling stops when the log is a window ahead, and goes on by as much as is acked', async () => {
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

test('before the first reader a window is pulled, and no more', async () => {
  const { clock, script, start } = setUp({ onPull: () => [text('0123456789')] })
  start()
  await clock.advance(4000)
  expect(script.pulls).toBe(10)
})

test('of two readers the furthest lets the pump go on, and when it leaves the other holds it', async () => {
  const { clock, lease, script, start } = setUp({ onPull: () => [text('0123456789')] })
  lease.open({ readerId: 'near', position: 0 }).sent(WINDOW)
  const far = lease.open({ readerId: 'far', position: 0 })
  far.sent(WINDOW)
  start()
  await clock.advance(10_000)
  lease.ack('far', 40)
  await clock.advance(10_000)
  expect(script.pulls).toBe(14)
  far.close()
  lease.ack('near', 40)
  await clock.advance(10_000)
  expect(script.pulls).toBe(14)
  lease.ack('near', 60)
  await clock.advance(10_000)
  expect(script.pulls).toBe(16)
})

test('a source that ends without a terminal event resolves to none', async () => {
  const { clock, script, start, events, leftovers } = setUp()
  script.say(text('a'))
  script.end()
  const outcome = start()
  await clock.advance(FRAME_MS)
  expect(outcome).toEqual({ state: 'over', value: undefined })
  expect(await events()).toEqual([text('a')])
  expect(leftovers()).toEqual(NOTHING_LEFT)
})

test('a source that throws makes the pump throw the same, with the text before it in the log', async () => {
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
  // A tick that was waited for still comes.
  await clock.advance(FRAME_MS)
  expect(leftovers()).toEqual(NOTHING_LEFT)
})

test('a pump that is aborted before it begins pulls once, for the last word', async () => {
  const { cut, script, start, leftovers } = setUp()
  cut.abort('stopped')
  const outcome = start()
  await settle()
  expect(outcome).toEqual({ state: 'over', value: STOPPED_WITH_ESTIMATE })
  expect(script.pulls).toBe(1)
  expect(leftovers()).toEqual(NOTHING_LEFT)
})

test('text that comes with the abort is kept, and the last word is still heard', async () => {
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

test('a source that goes on after an abort is heard once more, not for ever', async () => {
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

test('a source that ignores the abort that settles within the second still has the last word', async () => {
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

test('a generator is returned at its end and at an abort, without waiting for it', async () => {
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

test('what a source throws while it returns is reported, and changes nothing', async () => {
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

test('a pause of any length costs the source nothing but the wait', async () => {
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

test('what a source throws after it was given up is reported, and changes nothing', async () => {
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

test('a log that takes longer than the second does not make a source that ignores the abort wait for ever', async () => {
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
