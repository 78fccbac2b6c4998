import { EMPTY_RUN_VIEW } from '@sluice/events'
import { expect, test } from 'vitest'
import { COMMIT_CHARS } from './commit-scheduler.ts'
import { createRunStore, isOver, type RunStoreOptions } from './run-store.ts'
import { createFakeServer, DONE } from './testing/fake-server.ts'
import { createManualClock } from './testing/manual-clock.ts'

/** A store whose page renders every commit at once. */
function setup(options: Partial<RunStoreOptions> = {}) {
  const clock = createManualClock()
  const server = createFakeServer()
  const store = createRunStore({ runId: 'run', source: server.source, ack: server.ack, clock, ...options })
  const commitTimes: number[] = []
  let commits = 0
  store.subscribe(() => {
    const snapshot = store.getSnapshot()
    if (snapshot.commits > commits) commitTimes.push(clock.now())
    ;({ commits } = snapshot)
    store.rendered(snapshot.view.position)
  })
  store.connect()
  server.connected()
  return { clock, server, store, commitTimes, view: () => store.getSnapshot().view }
}

const gapsOf = (times: readonly number[]) => times.slice(1).map((time, index) => time - (times[index] ?? 0))

async function stream({ clock, server }: ReturnType<typeof setup>, tokens: number, tokensPerSecond: number) {
  for (let i = 0; i < tokens; i++) {
    server.text('word ')
    await clock.advance(1000 / tokensPerSecond)
  }
}

test('each frame of the server is shown when it arrives, in one commit', async () => {
  const { clock, server, view, commitTimes } = setup()
  for (let frame = 1; frame <= 100; frame++) {
    server.text('thirty tokens ')
    await clock.advance(0)
    expect(view().text.length).toBe(14 * frame)
    await clock.advance(60)
  }
  expect(commitTimes).toHaveLength(100)
})

test('what arrives more often than the page is painted makes one commit a frame', async () => {
  const run = setup()
  await stream(run, 3000, 300)
  expect(run.commitTimes.length).toBeLessThanOrEqual(10_000 / 16 + 1)
  expect(Math.min(...gapsOf(run.commitTimes.slice(1)))).toBeGreaterThanOrEqual(16)
})

test('the first thinking and the first text are shown at once', async () => {
  const { clock, server, view } = setup()
  server.send({ type: 'thinking', text: 'hm' })
  await clock.advance(16)
  expect(view().thinking).toBe('hm')
  server.text('So')
  await clock.advance(16)
  expect(view().text).toBe('So')
  server.text(' it is')
  expect(view().text).toBe('So')
})

test('the end is shown at once, with the text that came before it', async () => {
  const { clock, server, store, view } = setup()
  server.text('a')
  server.text('b')
  server.send(DONE)
  await clock.advance(16)
  expect(view()).toMatchObject({ text: 'ab', status: 'done', stopReason: 'end_turn' })
  expect(store.getSnapshot().connection).toBe('closed')
})

test('an error of the run is shown at once, and keeps the text', async () => {
  const { clock, server, view } = setup()
  server.text('a')
  server.text('b')
  server.send({ type: 'error', code: 'overloaded', message: 'Busy', retryable: true })
  await clock.advance(16)
  expect(view()).toMatchObject({ text: 'ab', status: 'failed', error: { code: 'overloaded' } })
})

test('a hidden page commits once a second, without frames', async () => {
  const run = setup()
  run.clock.setHidden(true)
  await stream(run, 300, 100)
  expect(run.commitTimes.length).toBeLessThanOrEqual(4)
  expect(run.commitTimes.length).toBeGreaterThanOrEqual(3)
})

test('a page that is shown again catches up at once', async () => {
  const run = setup()
  run.clock.setHidden(true)
  await stream(run, 50, 100)
  expect(run.view().text.length).toBeLessThan(250)
  run.clock.setHidden(false)
  await run.clock.advance(16)
  expect(run.view().text.length).toBe(250)
})

test('a visible page that gets no frames commits all the same', async () => {
  const run = setup()
  run.clock.setFrames(false)
  run.server.text('a')
  run.server.text('b')
  await run.clock.advance(351)
  expect(run.view().text).toBe('ab')
})

test('no commit shows more than 8192 new characters, and all of them come', async () => {
  const { clock, server, store, view } = setup()
  const sizes: number[] = []
  let before = 0
  store.subscribe(() => {
    const { length } = view().text
    if (length > before) sizes.push(length - before)
    before = length
  })
  const text = 'x'.repeat(50_000)
  server.text(text)
  server.send(DONE)
  await clock.advance(2000)
  expect(view().text).toBe(text)
  expect(view().status).toBe('done')
  expect(Math.max(...sizes)).toBeLessThanOrEqual(COMMIT_CHARS.most)
})

test('an event that is already known is dropped', async () => {
  const { clock, server, view, store } = setup()
  server.text('one ')
  server.sendAt(4, { type: 'text', text: 'one ' })
  server.text('two')
  await clock.advance(200)
  expect(view().text).toBe('one two')
  expect(store.getSnapshot().gaps).toBe(0)
  expect(server.readers).toHaveLength(1)
})

test('after a gap it subscribes again from its own position, as a new reader, and counts it', async () => {
  const { clock, server, view, store } = setup()
  server.text('one ')
  server.sendAt(11, { type: 'text', text: 'ree' })
  expect(store.getSnapshot().gaps).toBe(1)
  await clock.advance(1)
  expect(server.readers).toHaveLength(2)
  expect(server.openReaders()).toBe(1)
  expect(server.reader().lastEventId).toBe('4')
  expect(server.readers[0]?.readerId).not.toBe(server.readers[1]?.readerId)
  server.text('two three')
  await clock.advance(200)
  expect(view().text).toBe('one two three')
})

test('what is no event at all counts as a gap', async () => {
  const { clock, server, store } = setup()
  server.sendAt(4, { type: 'text', text: 7 })
  await clock.advance(1)
  expect(store.getSnapshot().gaps).toBe(1)
  expect(server.readers).toHaveLength(2)
})

test('an event of an unknown type moves the position by 1 and shows nothing', async () => {
  const { clock, server, view } = setup()
  server.text('a')
  server.sendAt(2, { type: 'citation', url: 'x' })
  server.setPosition(2)
  server.text('b')
  await clock.advance(200)
  expect(view()).toMatchObject({ text: 'ab', position: 3 })
})

test('gaps that never close end in a visible failure, and in no more subscriptions', async () => {
  const { clock, server, store } = setup()
  server.text('kept')
  for (let i = 0; i < 20 && !isOver(store.getSnapshot()); i++) {
    server.sendAt(1000, { type: 'text', text: 'x' })
    await clock.advance(10_000)
  }
  expect(store.getSnapshot()).toMatchObject({ failure: { code: 'unreadable', retryable: true }, gaps: 6 })
  expect(store.getSnapshot().view.text).toBe('kept')
  expect(server.openReaders()).toBe(0)
  expect(clock.pending()).toBe(0)
})

test('a stream that just stops is followed again', async () => {
  const { clock, server, store } = setup()
  server.text('a')
  server.reader().handlers.onComplete()
  expect(store.getSnapshot().connection).toBe('reconnecting')
  await clock.advance(1)
  expect(server.reader().lastEventId).toBe('1')
})

test('what the server refuses is final', () => {
  const { clock, server, store } = setup()
  server.text('a')
  server.text('b')
  server.reader().handlers.onError({ message: 'No such run', data: { code: 'NOT_FOUND' } })
  expect(store.getSnapshot().failure?.code).toBe('NOT_FOUND')
  expect(store.getSnapshot().view.text).toBe('ab')
  expect(clock.pending()).toBe(0)
})

test('a server error that EventSource would repeat for ever is given up after a few tries', async () => {
  const { clock, server, store } = setup()
  for (let i = 0; i < 20 && !isOver(store.getSnapshot()); i++) {
    const error = { message: 'Internal', data: { code: 'INTERNAL_SERVER_ERROR' } }
    server.reader().handlers.onConnectionStateChange({ state: 'connecting', error })
    await clock.advance(3000)
  }
  expect(store.getSnapshot().failure?.code).toBe('unreadable')
  expect(server.readers).toHaveLength(6)
})

test('a dropped connection shows, is counted, and is made again at once', async () => {
  const { clock, server, store } = setup()
  server.text('a')
  server.dropped()
  expect(store.getSnapshot()).toMatchObject({ connection: 'reconnecting', reconnects: 1 })
  expect(server.openReaders()).toBe(0)
  await clock.advance(250)
  expect(server.reader().lastEventId).toBe('1')
  server.connected()
  expect(store.getSnapshot()).toMatchObject({ connection: 'open', reconnects: 1 })
})

test('a server that is away is asked often in the first five seconds, later every ten, and never given up', async () => {
  const { clock, server, store } = setup()
  server.dropped()
  for (let tenth = 0; tenth < 50; tenth++) {
    await clock.advance(100)
    if (server.openReaders() > 0) server.dropped()
  }
  const early = server.readers.length - 1
  expect(early).toBeGreaterThanOrEqual(6)
  expect(early).toBeLessThanOrEqual(12)
  for (let second = 0; second < 600; second++) {
    await clock.advance(1000)
    if (server.openReaders() > 0) server.dropped()
  }
  expect(server.readers.length - early).toBeLessThanOrEqual(130)
  expect(store.getSnapshot()).toMatchObject({ connection: 'reconnecting', failure: undefined, reconnects: 1 })
})

test('a connect that says nothing is made again after 5 s, then with ever more patience, up to 20 s', async () => {
  const clock = createManualClock()
  const server = createFakeServer()
  const store = createRunStore({ runId: 'run', source: server.source, ack: server.ack, clock })
  store.connect()
  for (const [i, patience] of [5000, 10_000, 15_000, 20_000, 20_000].entries()) {
    await clock.advance(patience - 1)
    expect(server.readers).toHaveLength(i + 1)
    // And a second at most for the pause before the next.
    for (let ms = 0; ms <= 1000 && server.readers.length === i + 1; ms++) await clock.advance(1)
    expect(server.readers).toHaveLength(i + 2)
    expect(server.openReaders()).toBe(1)
  }
  expect(store.getSnapshot().connection).toBe('connecting')
})

test('nothing is left after close, and connect goes on from there', async () => {
  const { clock, server, store, view } = setup()
  server.text('one ')
  server.text('two ')
  store.close()
  expect(clock.pending()).toBe(0)
  expect(server.openReaders()).toBe(0)
  store.connect()
  expect(server.reader().lastEventId).toBe('8')
  server.text('three')
  await clock.advance(200)
  expect(view().text).toBe('one two three')
})

test('nothing is left after the end', async () => {
  const { clock, server } = setup()
  server.text('x'.repeat(30_000))
  server.send(DONE)
  await clock.advance(1000)
  expect(clock.pending()).toBe(0)
  expect(server.openReaders()).toBe(0)
})

test('mounting twice, as StrictMode does, leaves one subscription', () => {
  const { server, store } = setup()
  store.close()
  store.connect()
  store.connect()
  expect(server.openReaders()).toBe(1)
})

test('what an earlier page had received is where this one goes on', async () => {
  const initial = { ...EMPTY_RUN_VIEW, status: 'streaming' as const, position: 5, text: 'one ' }
  const { clock, server, view } = setup({ initial })
  expect(server.reader().lastEventId).toBe('5')
  server.setPosition(5)
  server.text('two')
  await clock.advance(200)
  expect(view().text).toBe('one two')
})

test('a run that was over before needs no server', () => {
  const { server, clock } = createOver()
  expect(server.readers).toHaveLength(0)
  expect(clock.pending()).toBe(0)
})

function createOver() {
  const clock = createManualClock()
  const server = createFakeServer()
  const initial = { ...EMPTY_RUN_VIEW, status: 'done' as const }
  createRunStore({ runId: 'run', initial, source: server.source, ack: server.ack, clock }).connect()
  return { clock, server }
}

test('only what was rendered is acknowledged', async () => {
  const clock = createManualClock()
  const server = createFakeServer()
  const store = createRunStore({ runId: 'run', source: server.source, ack: server.ack, clock })
  store.connect()
  server.connected()
  server.text('x'.repeat(6000))
  await clock.advance(1000)
  expect(store.getSnapshot().view.position).toBe(6000)
  expect(server.acks).toEqual([])
  store.rendered(6000)
  await clock.advance(0)
  expect(server.acks.map(({ position }) => position)).toEqual([6000])
})

test('a new subscription acknowledges what is on the page as soon as the server has its reader', async () => {
  const { clock, server, store } = setup()
  server.text('x'.repeat(100))
  await clock.advance(100)
  expect(server.acks).toEqual([])
  store.close()
  store.connect()
  await clock.advance(4000)
  // Nobody is there who could hear of it.
  expect(server.acks).toEqual([])
  server.connected()
  const { readerId } = server.reader()
  expect(server.acks).toEqual([{ readerId, position: 100 }])
  server.text('y'.repeat(5000))
  await clock.advance(400)
  expect(server.acks.at(-1)).toEqual({ readerId, position: 5100 })
})

test('a reconnect acknowledges nothing that was received but not rendered', async () => {
  const clock = createManualClock()
  const server = createFakeServer()
  const store = createRunStore({ runId: 'run', source: server.source, ack: server.ack, clock })
  store.connect()
  server.connected()
  server.text('x'.repeat(6000))
  await clock.advance(100)
  store.rendered(2000)
  for (let drops = 1; drops <= 3; drops++) {
    server.dropped()
    await clock.advance(1000)
    expect(server.reader().lastEventId).toBe('6000')
    server.connected()
    await clock.advance(0)
    expect(server.acks.at(-1)).toEqual({ readerId: server.reader().readerId, position: 2000 })
  }
  expect(store.flow()).toMatchObject({ received: 6000, rendered: 2000, acked: 2000 })
})

test('what an earlier page had received is acknowledged once this page has rendered it', async () => {
  const initial = { ...EMPTY_RUN_VIEW, status: 'streaming' as const, position: 9000, text: 'x'.repeat(8999) }
  const clock = createManualClock()
  const server = createFakeServer()
  const store = createRunStore({ runId: 'run', initial, source: server.source, ack: server.ack, clock })
  store.connect()
  server.connected()
  await clock.advance(1000)
  expect([server.reader().lastEventId, server.acks]).toEqual(['9000', []])
  store.rendered(9000)
  expect(server.acks).toEqual([{ readerId: server.reader().readerId, position: 9000 }])
})
