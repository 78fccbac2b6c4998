import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { FlushScheduler } from './flush-scheduler.ts'
import { followLog } from './follow-log.ts'
import { Lease } from './lease.ts'
import { MemoryLog } from './memory-log.ts'
import { DONE, OVERLOADED, START, text, thinking } from './testing/events.ts'
import { countWatchers } from './testing/count-watchers.ts'
import { manualClock, settle } from './testing/manual-clock.ts'
import { reading } from './testing/reading.ts'

const FRAME_MS = 50
const WINDOW = 100

function setUp() {
  const clock = manualClock()
  const log = new MemoryLog()
  const watchers = countWatchers(log)
  const scheduler = new FlushScheduler({ clock, frameMs: FRAME_MS })
  const lease = new Lease({
    clock,
    limits: { windowChars: WINDOW, graceMs: 5000, leaseMs: 75_000 },
    keepWithoutReaders: false,
    onUnread: () => {},
  })
  const open = ({ after = 0, readerId }: { after?: number; readerId?: string } = {}) => {
    const connection = new AbortController()
    const frames = followLog({
      log,
      lease,
      after,
      readerId,
      signal: connection.signal,
      maxFrameChars: WINDOW,
      scheduler,
      clock,
    })
    return { connection, frames }
  }
  const follow = (options?: { after?: number; readerId?: string }) => {
    const { connection, frames } = open(options)
    return { connection, read: reading(frames, clock) }
  }
  return { clock, log, lease, open, follow, watchers }
}

test('existing entries are read at once, merged', async () => {
  const { log, follow } = setUp()
  await log.append([START, text('a'), text('b'), text('c')])
  const { read } = follow()
  await settle()
  expect(read.events).toEqual([START, text('abc')])
  expect(read.entries.map(({ position }) => position)).toEqual([1, 4])
})

test('the first text is sent at once, even just after the start of the run', async () => {
  const { clock, log, follow } = setUp()
  const { read } = follow()
  await log.append([START])
  await clock.advance(1)
  await log.append([text('Hi')])
  await clock.advance(0)
  expect(read.entries.map(({ at }) => at)).toEqual([0, 1])
})

test('a reader that is up to date gets an append at once, whenever it was opened', async () => {
  const { clock, log, follow } = setUp()
  await log.append([text('0')])
  await clock.advance(20)
  const { read } = follow()
  await clock.advance(30)
  for (let pull = 1; pull < 4; pull++) {
    await log.append([text(`${pull}`)])
    await clock.advance(FRAME_MS)
  }
  expect(read.entries.map(({ at }) => at)).toEqual([20, 50, 100, 150])
})

test('after a pause the next text is sent at once', async () => {
  const { clock, log, follow } = setUp()
  const { read } = follow()
  await log.append([text('a')])
  await clock.advance(1234)
  await log.append([text('b')])
  await clock.advance(0)
  expect(read.entries.map(({ at }) => at)).toEqual([0, 1234])
})

test('a frame has two entries where thinking turns into text', async () => {
  const { clock, log, follow } = setUp()
  await log.append([thinking('hm'), text('H'), text('i')])
  const { read } = follow()
  await clock.advance(0)
  expect(read.entries.map(({ at, event }) => [at, event])).toEqual([
    [0, thinking('hm')],
    [0, text('Hi')],
  ])
})

test('a reader that is slower than the frame time is sent the next frame at once', async () => {
  const { clock, log, open } = setUp()
  const { frames } = open()
  await log.append([text('a')])
  expect(await frames.next()).toEqual({ done: false, value: { position: 1, event: text('a') } })
  await log.append([text('b')])
  await clock.advance(200)
  await log.append([text('c')])
  expect(await frames.next()).toEqual({ done: false, value: { position: 3, event: text('bc') } })
})

test('the end is the last entry, and then the reader returns', async () => {
  const { clock, log, follow } = setUp()
  const { read } = follow()
  await log.append([text('a'), DONE])
  await clock.advance(0)
  expect(read.events).toEqual([text('a'), DONE])
  expect(read.state).toBe('returned')
})

test('text in the same append as an error is delivered before it', async () => {
  const { clock, log, follow } = setUp()
  const { read } = follow()
  await log.append([text('a')])
  await clock.advance(1)
  await log.append([text('b')])
  await log.append([text('c'), OVERLOADED])
  await clock.advance(FRAME_MS)
  expect(read.events).toEqual([text('a'), text('bc'), OVERLOADED])
  expect(read.state).toBe('returned')
})

test('a reader that reconnects at 7 first receives what follows 7', async () => {
  const { clock, log, follow } = setUp()
  await log.append([START, text('0123456789')])
  const { read } = follow({ after: 7 })
  await clock.advance(0)
  expect(read.entries).toEqual([{ position: 11, event: text('6789'), at: 0 }])
})

test('a reader that reconnects at every position of a run gets exactly the rest', async () => {
  const { clock, log, follow } = setUp()
  const whole = `Hi 👩‍👩‍👧${'😀'.repeat(120)}!`
  await log.append([text(whole), DONE])
  for (let after = 0; after <= whole.length; after++) {
    const { read } = follow({ after })
    await clock.advance(FRAME_MS * 4)
    expect(read.text).toBe(whole.slice(after))
    expect(read.state).toBe('returned')
  }
})

test('a reader that has everything, including the end, returns at once without entries', async () => {
  const { clock, log, follow } = setUp()
  await log.append([text('abc'), DONE])
  for (const readerId of ['a', undefined]) {
    const { read } = follow(readerId === undefined ? { after: 4 } : { after: 4, readerId })
    await clock.advance(0)
    expect(read.entries).toEqual([])
    expect(read.state).toBe('returned')
  }
})

test('a frame moves the position by at most a window, also without flow control', async () => {
  const { clock, log, follow } = setUp()
  await log.append([text('x'.repeat(250)), DONE])
  const { read } = follow()
  await clock.advance(FRAME_MS * 10)
  expect(read.entries.map(({ at, position }) => [at, position])).toEqual([
    [0, 100],
    [50, 200],
    [100, 250],
    [100, 251],
  ])
})

test('a flow-controlled reader is sent at most a window beyond its last ack, up to the last unit', async () => {
  const { clock, log, lease, follow } = setUp()
  await log.append([text('x'.repeat(1000)), DONE])
  const { read } = follow({ readerId: 'a' })
  await clock.advance(10_000)
  expect(read.position).toBe(100)
  lease.ack('a', 1)
  await clock.advance(10_000)
  expect(read.position).toBe(101)
  let acked = 1
  while (read.state === 'open') {
    acked = Math.min(acked + 37, read.position)
    lease.ack('a', acked)
    await clock.advance(FRAME_MS)
    expect(read.position).toBeLessThanOrEqual(acked + WINDOW)
  }
  expect(read.text).toBe('x'.repeat(1000))
  expect(read.events.at(-1)).toEqual(DONE)
})

test('acks do not speed up frames', async () => {
  const { clock, log, lease, follow } = setUp()
  await log.append([text('x'.repeat(1000))])
  const { read } = follow({ readerId: 'a' })
  for (let i = 0; i < 50; i++) {
    await clock.advance(2)
    lease.ack('a', read.position)
  }
  expect(read.entries.map(({ at }) => at)).toEqual([0, 50, 100])
})

test('an entry that was not pulled does not count as sent', async () => {
  const { clock, log, lease, open } = setUp()
  await log.append([text('x'.repeat(90)), thinking('y'.repeat(10)), text('z'.repeat(50))])
  const { frames } = open()
  expect(lease.demand()).toBe(100)
  await frames.next()
  expect(lease.demand()).toBe(190)
  await frames.next()
  expect(lease.demand()).toBe(200)
  await clock.advance(1000)
  expect(lease.demand()).toBe(200)
})

test('a reader that lapses gets an error after every entry it was sent', async () => {
  const { clock, log, follow } = setUp()
  await log.append([text('abc')])
  const { read, connection } = follow({ readerId: 'a' })
  await clock.advance(75_000)
  expect(read.state).toMatchObject({ thrown: { name: 'RunsError', code: 'reader_lapsed' } })
  expect(read.text).toBe('abc')
  expect(getEventListeners(connection.signal, 'abort')).toEqual([])
})

test('a reader that waits for an ack lapses too', async () => {
  const { clock, log, follow } = setUp()
  await log.append([text('x'.repeat(1000))])
  const { read, connection } = follow({ readerId: 'a' })
  await clock.advance(75_000)
  expect(read.state).toMatchObject({ thrown: { code: 'reader_lapsed' } })
  expect(read.position).toBe(100)
  expect(getEventListeners(connection.signal, 'abort')).toEqual([])
})

test('a reader that is replaced gets an error, and the newer one goes on', async () => {
  const { clock, log, follow } = setUp()
  await log.append([text('abc')])
  const older = follow({ readerId: 'a' })
  await clock.advance(0)
  const newer = follow({ readerId: 'a', after: 3 })
  await clock.advance(FRAME_MS)
  expect(older.read.state).toMatchObject({ thrown: { code: 'reader_replaced' } })
  await log.append([text('d')])
  await clock.advance(0)
  expect(older.read.text).toBe('abc')
  expect(newer.read.text).toBe('d')
})

test.for([
  ['waits for the log', []],
  ['waits for its next frame', [text('abc')]],
  ['waits for an ack', [text('x'.repeat(1000))]],
] as const)('a reader that is closed while it %s returns, and leaves nothing', async ([, events]) => {
  const { clock, log, lease, follow, watchers } = setUp()
  await log.append(events)
  const { read, connection } = follow({ readerId: 'a' })
  await clock.advance(10)
  expect(watchers()).toBe(1)
  connection.abort()
  await settle()
  expect(read.state).toBe('returned')
  expect(watchers()).toBe(0)
  expect(getEventListeners(connection.signal, 'abort')).toEqual([])
  lease.close()
  // The timer of the last tick still fires.
  await clock.advance(FRAME_MS)
  expect(clock.pending).toBe(0)
})

test('a reader holds the run before its first entry is pulled', () => {
  const { lease, open } = setUp()
  const { connection } = open({ readerId: 'a' })
  lease.ack('a', 0)
  expect(lease.readers).toBe(1)
  connection.abort()
  expect(lease.readers).toBe(0)
})

test('a reader that was closed before it began returns without reading', async () => {
  const { log, open } = setUp()
  await log.append([text('abc')])
  const { frames, connection } = open()
  connection.abort()
  expect(await frames.next()).toEqual({ done: true, value: undefined })
})

test('two readers at different positions read the same text', async () => {
  const { clock, log, lease, follow } = setUp()
  const one = follow()
  const other = follow({ readerId: 'b' })
  let written = ''
  for (let i = 0; i < 100; i++) {
    written += `${i} `
    await log.append([text(`${i} `)])
    if (i % 9 === 0) lease.ack('b', other.read.position)
    await clock.advance(7)
  }
  await log.append([DONE])
  while (other.read.state === 'open') {
    lease.ack('b', other.read.position)
    await clock.advance(FRAME_MS)
  }
  expect(one.read.text).toBe(written)
  expect(other.read.text).toBe(written)
})
