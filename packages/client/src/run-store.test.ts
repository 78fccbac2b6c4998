import { continueView, EMPTY_RUN_VIEW, type RunView, textOf, thinkingOf } from '@sluice/events'
import { TRPCClientError } from '@trpc/client'
import { expect, test } from 'vitest'
import { COMMIT_CHARS } from './commit-scheduler.ts'
import { createRunStore, isOver, type RunStoreOptions } from './run-store.ts'
import { createFakeServer, DONE } from './testing/fake-server.ts'
import { createManualClock } from './testing/manual-clock.ts'

/** A store whose page renders every commit at once. */
function setup(options: Partial<RunStoreOptions> = {}) {
  const clock = createManualClock()
  const server = createFakeServer()
  const store = createRunStore({ runId: 'run', runs: server.runs, clock, ...options })
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

/** A view of an answer that says `text` so far. */
function streaming(position: number, text: string): RunView {
  return { ...EMPTY_RUN_VIEW, status: 'streaming', position, parts: said(text) }
}

function said(text: string): RunView['parts'] {
  return [{ type: 'text', text }]
}

const gapsOf = (times: readonly number[]) => times.slice(1).map((time, index) => time - (times[index] ?? 0))

async function stream({ clock, server }: ReturnType<typeof setup>, tokens: number, tokensPerSecond: number) {
  for (let i = 0; i < tokens; i++) {
    server.text('word ')
    await clock.advance(1000 / tokensPerSecond)
  }
}

test('each frame of the server is shown in one commit when it arrives', async () => {
  const { clock, server, view, commitTimes } = setup()
  for (let frame = 1; frame <= 100; frame++) {
    server.text('thirty tokens ')
    await clock.advance(0)
    expect(textOf(view()).length).toBe(14 * frame)
    await clock.advance(60)
  }
  expect(commitTimes).toHaveLength(100)
})

test('frames that arrive more often than the page paints make one commit per animation frame', async () => {
  const run = setup()
  await stream(run, 3000, 300)
  expect(run.commitTimes.length).toBeLessThanOrEqual(10_000 / 16 + 1)
  expect(Math.min(...gapsOf(run.commitTimes.slice(1)))).toBeGreaterThanOrEqual(16)
})

test('the first thinking and the first text are shown at once', async () => {
  const { clock, server, view } = setup()
  server.send({ type: 'thinking', text: 'hm' })
  await clock.advance(16)
  expect(thinkingOf(view())).toBe('hm')
  server.text('So')
  await clock.advance(16)
  expect(textOf(view())).toBe('So')
  server.text(' it is')
  expect(textOf(view())).toBe('So')
})

test('the first call of a tool is shown at once, without the pause after the commit before it', async () => {
  const { clock, server, view } = setup({ charsPerSecond: () => 1000 })
  server.text('So')
  await clock.advance(32)
  expect(view().parts).toHaveLength(1)
  server.send({ type: 'tool_call', callId: 'c', name: 'shop.search', by: 'server' })
  await clock.advance(16)
  expect(view().parts[1]).toMatchObject({ type: 'tool', name: 'shop.search', state: 'calling' })
})

test('the end is shown at once, with the text that came before it', async () => {
  const { clock, server, store, view } = setup()
  server.text('a')
  server.text('b')
  server.send(DONE)
  await clock.advance(16)
  expect(view()).toMatchObject({ parts: said('ab'), status: 'done', stopReason: 'end_turn' })
  expect(store.getSnapshot().connection).toBe('closed')
})

test('an error of the run is shown at once, and keeps the text', async () => {
  const { clock, server, view } = setup()
  server.text('a')
  server.text('b')
  server.send({ type: 'error', code: 'overloaded', message: 'Busy', retryable: true })
  await clock.advance(16)
  expect(view()).toMatchObject({ parts: said('ab'), status: 'failed', error: { code: 'overloaded' } })
})

test('a hidden page commits once a second, without frames', async () => {
  const run = setup()
  run.clock.setHidden(true)
  await stream(run, 300, 100)
  expect(run.commitTimes.length).toBeLessThanOrEqual(4)
  expect(run.commitTimes.length).toBeGreaterThanOrEqual(3)
})

test('a page that becomes visible again catches up at once', async () => {
  const run = setup()
  run.clock.setHidden(true)
  await stream(run, 50, 100)
  expect(textOf(run.view()).length).toBeLessThan(250)
  run.clock.setHidden(false)
  await run.clock.advance(16)
  expect(textOf(run.view()).length).toBe(250)
})

test('a visible page without frames still commits', async () => {
  const run = setup()
  run.clock.setFrames(false)
  run.server.text('a')
  run.server.text('b')
  await run.clock.advance(351)
  expect(textOf(run.view())).toBe('ab')
})

test('no commit shows more than 8192 new characters, and all text is shown in the end', async () => {
  const { clock, server, store, view } = setup()
  const sizes: number[] = []
  let before = 0
  store.subscribe(() => {
    const { length } = textOf(view())
    if (length > before) sizes.push(length - before)
    before = length
  })
  const text = 'x'.repeat(50_000)
  server.text(text)
  server.send(DONE)
  await clock.advance(2000)
  expect(textOf(view())).toBe(text)
  expect(view().status).toBe('done')
  expect(Math.max(...sizes)).toBeLessThanOrEqual(COMMIT_CHARS.most)
})

test('an event that is already known is dropped', async () => {
  const { clock, server, view, store } = setup()
  server.text('one ')
  server.sendAt(4, { type: 'text', text: 'one ' })
  server.text('two')
  await clock.advance(200)
  expect(textOf(view())).toBe('one two')
  expect(store.getSnapshot().gaps).toBe(0)
  expect(server.readers).toHaveLength(1)
})

test('after a gap it subscribes again from its position, as a new reader, and counts the gap', async () => {
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
  expect(textOf(view())).toBe('one two three')
})

test('an invalid event counts as a gap', async () => {
  const { clock, server, store } = setup()
  server.sendAt(4, { type: 'text', text: 7 })
  await clock.advance(1)
  expect(store.getSnapshot().gaps).toBe(1)
  expect(server.readers).toHaveLength(2)
})

test('events of unknown types advance the position as on the server, and show nothing', async () => {
  for (const { events, view } of NEWER_RUNS) {
    const { clock, server, store } = setup()
    let position = 0
    for (const event of events) server.sendAt((position += lengthOf(event)), event)
    await clock.advance(200)
    expect(store.getSnapshot()).toMatchObject({ view, gaps: 0 })
    expect(server.readers).toHaveLength(1)
  }
})

test('a run with tools, or with events of unknown types, is resumed at every position', async () => {
  for (const { events, view } of [...NEWER_RUNS, TOOL_RUN]) {
    const end = events.reduce((sum, event) => sum + lengthOf(event), 0)
    for (let at = 1; at < end; at++) {
      const run = setup()
      const send = (from: number, until: number) => {
        let position = 0
        for (const event of events) {
          const start = position
          position += lengthOf(event)
          if (position <= from || start >= until) continue
          const part = cut(event, Math.max(from, start) - start, Math.min(until, position) - start)
          run.server.sendAt(Math.min(until, position), part)
        }
      }
      send(0, at)
      await run.clock.advance(200)
      expect(run.view().position).toBe(at)
      run.server.dropped()
      await run.clock.advance(1000)
      expect(run.server.reader().lastEventId).toBe(String(at))
      run.server.connected()
      send(at, end)
      await run.clock.advance(200)
      expect(run.store.getSnapshot()).toMatchObject({ view, gaps: 0 })
    }
  }
})

type WireEvent = { readonly type: string; readonly text?: string } & Record<string, unknown>

/** What a newer server may say: events of unknown types, with and without text, in the middle of a run. */
const NEWER_RUNS = [
  { type: 'drawing', layer: 'l', text: '<g>Zürich 🌊</g>' },
  { type: 'drawing', layer: 'l' },
  { type: 'drawing', text: ['not', 'a', 'string'] as never },
].map((unknown) => {
  const events: WireEvent[] = [
    { type: 'start', model: 'claude', runId: 'run' },
    { type: 'text', text: 'one ' },
    unknown,
    { type: 'text', text: 'two' },
    { ...DONE },
  ]
  return { events, view: { status: 'done', parts: said('one two'), position: 9 + lengthOf(unknown) } }
})

const TOOL_RUN = {
  events: [
    { type: 'start', model: 'claude', runId: 'run' },
    { type: 'text', text: 'I look.' },
    { type: 'tool_call', callId: 'c', name: 'shop.search', by: 'server' },
    { type: 'tool_call', callId: 'd', name: 'shop.search', by: 'server' },
    { type: 'tool_input', callId: 'c', text: '{"query":"🌊"}' },
    { type: 'tool_input', callId: 'd', text: '{}' },
    { type: 'step', model: 'claude', usage: DONE.usage, costUsd: 0.01 },
    { type: 'tool_state', callId: 'c', state: 'running' },
    { type: 'tool_result', callId: 'c', ok: true, output: '[]' },
    { type: 'tool_result', callId: 'd', ok: false, output: 'No.' },
    { type: 'text', text: 'Nothing.' },
    { ...DONE },
  ] satisfies WireEvent[],
  view: {
    status: 'done',
    parts: [
      { type: 'text', text: 'I look.' },
      { type: 'tool', callId: 'c', input: '{"query":"🌊"}', state: 'done', output: '[]' },
      { type: 'tool', callId: 'd', input: '{}', state: 'failed', output: 'No.' },
      { type: 'text', text: 'Nothing.' },
    ],
  },
}

/** The rule of the protocol, once more. */
function lengthOf({ text }: WireEvent): number {
  return typeof text === 'string' ? text.length : 1
}

function cut(event: WireEvent, from: number, until: number): WireEvent {
  return typeof event.text === 'string' ? { ...event, text: event.text.slice(from, until) } : event
}

test('repeated gaps end in a visible failure, without further subscriptions', async () => {
  const { clock, server, store } = setup()
  server.text('kept')
  for (let i = 0; i < 20 && !isOver(store.getSnapshot()); i++) {
    server.sendAt(1000, { type: 'text', text: 'x' })
    await clock.advance(10_000)
  }
  expect(store.getSnapshot()).toMatchObject({ failure: { code: 'unreadable', retryable: true }, gaps: 6 })
  expect(textOf(store.getSnapshot().view)).toBe('kept')
  expect(server.openReaders()).toBe(0)
  expect(clock.pending()).toBe(0)
})

test('a stream that stops without an end is followed again', async () => {
  const { clock, server, store } = setup()
  server.text('a')
  server.reader().handlers.onComplete()
  expect(store.getSnapshot().connection).toBe('reconnecting')
  await clock.advance(1)
  expect(server.reader().lastEventId).toBe('1')
})

test('a refusal by the server is final', () => {
  const { clock, server, store } = setup()
  server.text('a')
  server.text('b')
  server.reader().handlers.onError({ message: 'No such run', data: { code: 'NOT_FOUND' } })
  expect(store.getSnapshot().failure?.code).toBe('NOT_FOUND')
  expect(textOf(store.getSnapshot().view)).toBe('ab')
  expect(clock.pending()).toBe(0)
})

test('a server error that EventSource would retry forever ends in a failure after a few attempts', async () => {
  const { clock, server, store } = setup()
  for (let i = 0; i < 20 && !isOver(store.getSnapshot()); i++) {
    const error = { message: 'Internal', data: { code: 'INTERNAL_SERVER_ERROR' } }
    server.reader().handlers.onConnectionStateChange({ state: 'connecting', error })
    await clock.advance(3000)
  }
  expect(store.getSnapshot().failure?.code).toBe('unreadable')
  expect(server.readers).toHaveLength(6)
})

test('a dropped connection is shown and counted, and it reconnects at once', async () => {
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

test('an unreachable server is tried often in the first five seconds, later every ten, without limit', async () => {
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

test('when the server refuses the caller, following fails and nothing is tried again', async () => {
  const { clock, server, store } = setup()
  server.text('kept')
  await clock.advance(16)
  server.dropped()
  await clock.advance(250)
  server.setAcks(
    new TRPCClientError('Sign in first.', {
      result: { error: { message: 'Sign in first.', code: -32_001, data: { code: 'UNAUTHORIZED' } } },
    }),
  )
  // All that an EventSource can say of a 401.
  server.dropped()
  await clock.advance(0)
  const { length } = server.readers
  expect(store.getSnapshot()).toMatchObject({
    failure: { code: 'UNAUTHORIZED', message: 'Sign in first.' },
    view: { parts: said('kept') },
  })
  await clock.advance(600_000)
  expect([server.readers.length, server.openReaders()]).toEqual([length, 0])
})

test('a silent connect is retried after 5 s, and the timeout grows up to 20 s', async () => {
  const clock = createManualClock()
  const server = createFakeServer()
  const store = createRunStore({ runId: 'run', runs: server.runs, clock })
  store.connect()
  for (const [i, timeout] of [5000, 10_000, 15_000, 20_000, 20_000].entries()) {
    await clock.advance(timeout - 1)
    expect(server.readers).toHaveLength(i + 1)
    // Plus at most a second for the pause before the next.
    for (let ms = 0; ms <= 1000 && server.readers.length === i + 1; ms++) await clock.advance(1)
    expect(server.readers).toHaveLength(i + 2)
    expect(server.openReaders()).toBe(1)
  }
  expect(store.getSnapshot().connection).toBe('connecting')
})

test('no timer or subscription is left after close, and connect goes on from there', async () => {
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
  expect(textOf(view())).toBe('one two three')
})

test('no timer or subscription is left after the end', async () => {
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

test('following goes on from what an earlier page had received', async () => {
  const initial = streaming(5, 'one ')
  const { clock, server, view } = setup({ initial })
  expect(server.reader().lastEventId).toBe('5')
  server.setPosition(5)
  server.text('two')
  await clock.advance(200)
  expect(textOf(view())).toBe('one two')
})

test('the next run of an answer is followed from its beginning, and shown after what came before', async () => {
  const initial = continueView({ ...streaming(5, 'one '), status: 'done', stopReason: 'approval' })
  const { clock, server, store, view } = setup({ initial })
  expect(server.reader().lastEventId).toBeUndefined()
  server.send({ type: 'start', model: 'claude', runId: 'run' })
  server.text('two')
  await clock.advance(200)
  expect(view()).toMatchObject({ parts: said('one two'), position: 4 })
  expect(store.flow().rendered).toBe(4)
  server.send(DONE)
  await clock.advance(200)
  expect(view()).toMatchObject({ status: 'done', stopReason: 'end_turn', position: 5 })
  expect(store.getSnapshot().gaps).toBe(0)
})

test('a run that had ended before needs no server', () => {
  const { server, clock } = createOver()
  expect(server.readers).toHaveLength(0)
  expect(clock.pending()).toBe(0)
})

function createOver() {
  const clock = createManualClock()
  const server = createFakeServer()
  const initial = { ...EMPTY_RUN_VIEW, status: 'done' as const }
  createRunStore({ runId: 'run', initial, runs: server.runs, clock }).connect()
  return { clock, server }
}

test('only what was rendered is acknowledged', async () => {
  const clock = createManualClock()
  const server = createFakeServer()
  const store = createRunStore({ runId: 'run', runs: server.runs, clock })
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

test('a new subscription acknowledges what is on the page as soon as its reader is open', async () => {
  const { clock, server, store } = setup()
  server.text('x'.repeat(100))
  await clock.advance(100)
  expect(server.acks).toEqual([])
  store.close()
  store.connect()
  await clock.advance(4000)
  // The server has no reader to acknowledge for.
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
  const store = createRunStore({ runId: 'run', runs: server.runs, clock })
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

test('what an earlier page had received is acknowledged when this page has rendered it', async () => {
  const initial = streaming(9000, 'x'.repeat(8999))
  const clock = createManualClock()
  const server = createFakeServer()
  const store = createRunStore({ runId: 'run', initial, runs: server.runs, clock })
  store.connect()
  server.connected()
  await clock.advance(1000)
  expect([server.reader().lastEventId, server.acks]).toEqual(['9000', []])
  store.rendered(9000)
  expect(server.acks).toEqual([{ readerId: server.reader().readerId, position: 9000 }])
})
