import { randomUUID } from 'node:crypto'
import { manualClock } from '@sluice/runs/testing'
import { expect, test } from 'vitest'
import { collect } from './testing/collect.ts'
import { question } from './testing/question.ts'
import { startTestServer } from './testing/start-test-server.ts'
import { until } from './testing/until.ts'

/** A small generator of pseudo-random numbers in [0, 1), so that a failure can be repeated. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

test('a run streams every token that Claude sent once, and ends with its usage and cost', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const runId = await server.start(client, 'Tell me about weirs [[sim tokens=3000]]')
  const run = await collect(await client.events({ runId }))
  const sent = server.upstream()
  expect(run.text).toBe(sent.text)
  expect(run.thinking).toBe(sent.thinking)
  expect(run.text.length).toBeGreaterThan(5000)
  expect(run.events[0]).toEqual({ type: 'start', model: 'claude-opus-4-8', runId })
  expect(run.terminal).toMatchObject({ type: 'done', stopReason: 'end_turn', usage: { estimated: false } })
  expect(run.terminal).toMatchObject({ usage: { outputTokens: sent.tokens } })
  expect(run.terminal?.type === 'done' && run.terminal.costUsd).toBeGreaterThan(0)
})

test('starting the same run ten times at once makes one request upstream', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const input = question({ content: 'once [[sim tokens=50]]' })
  const started = await Promise.all(Array.from({ length: 10 }, () => client.call('chat.send', input)))
  for (const { status, body } of started) {
    expect([status, body.result.data.runId]).toEqual([200, input.runId])
  }
  await collect(await client.events({ runId: input.runId }))
  // After the end it is still the same run.
  expect((await client.call('chat.send', input)).status).toBe(200)
  expect(server.upstream().outcome).toBe('completed')
})

test('calls may be batched', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const content = 'batched [[sim fault=hang]]'
  const starts = [question({ content }), question({ content })]
  const { status, body } = await client.call(
    'chat.send,chat.send?batch=1',
    Object.fromEntries(starts.entries()),
  )
  expect([status, body.map(({ result }: any) => result.data.runId)]).toEqual([
    200,
    starts.map(({ runId }) => runId),
  ])
  await client.call('runs.stop,runs.stop?batch=1', {
    0: { runId: starts[0]?.runId },
    1: { runId: starts[1]?.runId },
  })
  for (const { runId } of starts) {
    expect((await collect(await client.events({ runId }))).terminal).toMatchObject({ stopReason: 'stopped' })
  }
})

test('ten dropped connections in one answer: identical text, one request upstream', async () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
  const random = seeded(seed)
  // Claude is read at most a window ahead, so the answer does not end before the last drop.
  await using server = await startTestServer({ FRAME_MS: '1', WINDOW_CHARS: '1000' })
  const client = await server.client()
  const runId = await server.start(client, 'long [[sim tps=0 tokens=20000 text=emoji]]')
  let text = ''
  let position = 0
  for (let drops = 0; drops < 10; drops++) {
    const connection = await client.events({
      runId,
      ...(drops % 2 ? { lastEventId: String(position) } : { header: String(position) }),
    })
    const further = position + 1 + Math.floor(random() * 800)
    const part = await collect(connection, { after: position, enough: (soFar) => soFar.position >= further })
    connection.destroy()
    expect(part.terminal, `seed ${seed}: ended before the drops did`).toBeUndefined()
    text += part.text
    position = part.position
  }
  const rest = await collect(await client.events({ runId, header: String(position) }), { after: position })
  expect(rest.terminal?.type).toBe('done')
  expect(text + rest.text, `seed ${seed}`).toBe(server.upstream().text)
})

test('two tabs follow one run: each gets all of it, upstream sees one request', async () => {
  await using server = await startTestServer({ FRAME_MS: '5' })
  const client = await server.client()
  const runId = await server.start(client, 'shared [[sim tps=5000 tokens=2000]]')
  const [one, two] = await Promise.all([
    client.events({ runId }).then((connection) => collect(connection)),
    client.events({ runId }).then((connection) => collect(connection)),
  ])
  expect(one.text).toBe(two.text)
  expect(one.text).toBe(server.upstream().text)
})

test('the Last-Event-ID header replaces the id in the input, as when EventSource reconnects', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const runId = await server.start(client, 'ids [[sim tokens=200 thinking=0]]')
  const whole = await collect(await client.events({ runId }))
  const rest = await collect(await client.events({ runId, lastEventId: '3', header: '40' }), { after: 40 })
  expect(rest.text).toBe(whole.text.slice(39))
})

test('Stop closes the request upstream and ends the run with what it cost so far', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const runId = await server.start(client, 'stop me [[sim tps=200 tokens=60000]]')
  const connection = await client.events({ runId })
  const before = await collect(connection, { enough: ({ text }) => text.length > 100 })
  const tokensAtStop = server.upstream().tokens
  expect((await client.call('runs.stop', { runId })).status).toBe(200)
  const stopped = await server.upstreamEnd()
  expect(stopped.outcome).toBe('aborted')
  const rest = await collect(connection, { after: before.position })
  expect(rest.terminal).toMatchObject({ type: 'done', stopReason: 'stopped', usage: { estimated: true } })
  expect(rest.terminal?.type === 'done' && rest.terminal.usage.outputTokens).toBeGreaterThan(0)
  expect(stopped.text.startsWith(before.text + rest.text)).toBe(true)
  // About 7 at 200 tokens/s on an idle machine.
  expect(stopped.tokens - tokensAtStop).toBeLessThan(60)
  // Idempotent, also after the end.
  expect((await client.call('runs.stop', { runId })).status).toBe(200)
})

test('Stop before Claude’s first event ends the run too', async () => {
  await using server = await startTestServer()
  const client = await server.client()
  const runId = await server.start(client, 'early [[sim fault=hang]]')
  await server.simulator.waitFor(({ open }) => open === 1)
  await client.call('runs.stop', { runId })
  const run = await collect(await client.events({ runId }))
  expect(run.events.map((event) => event.type)).toEqual(['start', 'done'])
  expect((await server.upstreamEnd()).outcome).toBe('aborted')
})

/** A server whose runs live by a clock that only the test moves, and that sends each frame at once. */
async function startOnManualClock(env: Record<string, string>) {
  const clock = manualClock()
  const server = await startTestServer({ FRAME_MS: '0', ...env }, { clock })
  return { server, clock }
}

test('a closed tab closes upstream after the grace, and not before', async () => {
  const { server, clock } = await startOnManualClock({ GRACE_MS: '400' })
  await using _ = server
  const client = await server.client()
  const runId = await server.start(client, 'leaving [[sim tps=100 tokens=60000]]')
  const connection = await client.events({ runId })
  await collect(connection, { enough: ({ text }) => text.length > 20 })
  connection.destroy()
  await until(() => server.runs.readers === 0)
  await clock.advance(399)
  expect([server.runs.live, server.upstream().outcome]).toEqual([1, 'open'])
  await clock.advance(1)
  expect((await server.upstreamEnd()).outcome).toBe('aborted')
  const { terminal } = await collect(await client.events({ runId }))
  expect(terminal).toMatchObject({ type: 'error', code: 'abandoned' })
})

test('a run that no reader opens is ended after the grace, and not before', async () => {
  const { server, clock } = await startOnManualClock({ GRACE_MS: '400' })
  await using _ = server
  await server.start(await server.client(), 'unread [[sim tps=100 tokens=60000]]')
  await server.simulator.waitFor(({ open }) => open === 1)
  await clock.advance(399)
  expect([server.runs.live, server.upstream().outcome]).toEqual([1, 'open'])
  await clock.advance(1)
  expect((await server.upstreamEnd()).outcome).toBe('aborted')
})

test('a reader that reconnects within the grace goes on with the same run', async () => {
  await using server = await startTestServer({ GRACE_MS: '60000' })
  const client = await server.client()
  const runId = await server.start(client, 'reload [[sim tps=2000 tokens=1000]]')
  const first = await client.events({ runId })
  const seen = await collect(first, { enough: ({ text }) => text.length > 50 })
  first.destroy()
  const rest = await collect(await client.events({ runId, header: String(seen.position) }), {
    after: seen.position,
  })
  expect(rest.terminal?.type).toBe('done')
  expect(seen.text + rest.text).toBe(server.upstream().text)
})

test('a reader that never acks is sent one window, and upstream stops being read', async () => {
  const window = 2000
  await using server = await startTestServer({
    WINDOW_CHARS: String(window),
    FRAME_MS: '5',
    GRACE_MS: '60000',
  })
  const client = await server.client()
  // About 8 MB on the wire: more than the socket buffers hold.
  const runId = await server.start(client, 'no acks [[sim tokens=128000 thinking=0]]', { maxTokens: 128_000 })
  const readerId = randomUUID()
  const connection = await client.events({ runId, readerId })
  const part = await collect(connection, { enough: ({ position }) => position >= window })
  expect(part.position).toBe(window)

  // Another run is read to its end: in that time the first one could have been read too.
  const busy = await server.start(client, 'meanwhile [[sim tokens=30000 thinking=0]]')
  expect((await collect(await client.events({ runId: busy }))).terminal?.type).toBe('done')

  const { requests } = await server.simulator.waitFor(({ requests: [first] }) => first?.blocked === true)
  await client.call('runs.stop', { runId })
  const { requests: after } = await server.simulator.waitFor(
    ({ requests: [first] }) => first?.outcome === 'aborted',
  )
  // The last pull after a stop may read once more, which lets one more write into the socket.
  const written = (after[0]?.bytesWritten ?? 0) - (requests[0]?.bytesWritten ?? 0)
  expect(written).toBeLessThanOrEqual(65_536)

  // All that the server read is in the log: a window, and the last read beyond it.
  const rest = await collect(await client.events({ runId, header: String(window) }), { after: window })
  expect(rest.terminal).toMatchObject({ type: 'done', stopReason: 'stopped' })
  expect(rest.position).toBeLessThan(window + 65_536 / 8)
})

test.for(['one reader', 'ever new readers'])(
  'a page that receives but renders nothing is sent one window in all, however often it reconnects as %s',
  async (who) => {
    const window = 2000
    await using server = await startTestServer({
      WINDOW_CHARS: String(window),
      FRAME_MS: '5',
      GRACE_MS: '60000',
    })
    const client = await server.client()
    const runId = await server.start(client, 'unrendered [[sim tokens=128000 thinking=0]]', {
      maxTokens: 128_000,
    })
    const readerId = randomUUID()
    let received = 0
    for (let i = 0; i < 5; i++) {
      const connection = await client.events({
        runId,
        readerId: who === 'one reader' ? readerId : randomUUID(),
        header: String(received),
      })
      const page = collect(connection, { after: received })
      // Another run is read to its end: in that time another window could have been sent.
      const busy = await server.start(client, 'meanwhile [[sim tokens=3000 thinking=0]]')
      expect((await collect(await client.events({ runId: busy }))).terminal?.type).toBe('done')
      connection.destroy()
      received = (await page).position
    }
    expect(received).toBe(window)
    await client.call('runs.stop', { runId })
    const rest = await collect(await client.events({ runId, header: String(window) }), { after: window })
    expect(rest.terminal).toMatchObject({ type: 'done', stopReason: 'stopped' })
    // Plus the last read from Claude beyond the window.
    expect(rest.position).toBeLessThan(window + 65_536 / 8)
  },
)

test('acks let a flow-controlled reader through to the end, never more than a window at a time', async () => {
  const window = 1000
  await using server = await startTestServer({ WINDOW_CHARS: String(window), FRAME_MS: '1' })
  const client = await server.client()
  const runId = await server.start(client, 'acked [[sim tokens=3000]]')
  const readerId = randomUUID()
  let acked = 0
  let furthest = 0
  const run = await collect(await client.events({ runId, readerId }), {
    enough: async ({ position }) => {
      furthest = Math.max(furthest, position - acked)
      if (position - acked >= window) {
        acked = position
        await client.call('runs.ack', { runId, readerId, position })
      }
      return false
    },
  })
  expect(run.text).toBe(server.upstream().text)
  expect(furthest).toBe(window)
})

test('a reader that keeps its socket but sends no acks loses its lease, and upstream is closed', async () => {
  const { server, clock } = await startOnManualClock({ LEASE_MS: '75000', GRACE_MS: '400' })
  await using _ = server
  const client = await server.client()
  const runId = await server.start(client, 'ghost [[sim tps=100 tokens=60000]]')
  const connection = await client.events({ runId, readerId: randomUUID() })
  const before = await collect(connection, { enough: ({ text }) => text.length > 20 })
  await clock.advance(74_999)
  expect([server.runs.readers, server.upstream().outcome]).toEqual([1, 'open'])
  // First the lease expires, then the grace.
  await clock.advance(1)
  expect([server.runs.readers, server.upstream().outcome]).toEqual([0, 'open'])
  await clock.advance(399)
  expect([server.runs.live, server.upstream().outcome]).toEqual([1, 'open'])
  await clock.advance(1)
  expect((await server.upstreamEnd()).outcome).toBe('aborted')
  // When it wakes up it has to reconnect, and then receives the end of the run.
  const { refusals } = await collect(connection, { after: before.position })
  expect(refusals.map(({ code }) => code)).toEqual(['SERVICE_UNAVAILABLE'])
  const { terminal } = await collect(await client.events({ runId }))
  expect(terminal).toMatchObject({ type: 'error', code: 'abandoned' })
})

test('acks renew a lease that would have expired', async () => {
  const leaseMs = 1000
  const { server, clock } = await startOnManualClock({ LEASE_MS: String(leaseMs) })
  await using _ = server
  const client = await server.client()
  const readerId = randomUUID()
  const runId = await server.start(client, 'kept [[sim tps=500 tokens=300]]')
  const run = await collect(await client.events({ runId, readerId }), {
    enough: async ({ position }) => {
      await client.call('runs.ack', { runId, readerId, position })
      await clock.advance(leaseMs - 1)
      return false
    },
  })
  expect(run.terminal?.type).toBe('done')
  expect(clock.now()).toBeGreaterThan(2 * leaseMs)
})

test('unknown and foreign runs cannot be told apart', async () => {
  await using server = await startTestServer()
  const [mine, theirs] = [await server.client(), await server.client()]
  const readerId = randomUUID()
  const foreign = await server.start(theirs, 'theirs [[sim fault=hang]]')
  for (const runId of [randomUUID(), foreign]) {
    const { refusals } = await collect(await mine.events({ runId }))
    expect(refusals).toEqual([{ code: 'NOT_FOUND', message: 'There is no such run.' }])
    for (const answer of [
      await mine.call('runs.stop', { runId }),
      await mine.call('runs.ack', { runId, readerId, position: 0 }),
    ]) {
      expect(answer.status).toBe(404)
      expect(answer.body.error.message).toBe('There is no such run.')
    }
  }
  const stolen = await mine.call('chat.send', question({ runId: foreign }))
  expect([stolen.status, stolen.body.error.message]).toEqual([404, 'There is no such run.'])
  // The other owner's run is unchanged.
  expect(server.simulator.stats().open).toBe(1)
})

test('when every run is gone, no reader, timer or upstream request is left', async () => {
  const { server, clock } = await startOnManualClock({ GRACE_MS: '5000' })
  await using _ = server
  const client = await server.client()
  for (let i = 0; i < 20; i++) {
    const runId = await server.start(client, `leak ${i} [[sim tokens=20]]`)
    await collect(await client.events({ runId }))
  }
  await server.simulator.waitFor(({ open }) => open === 0)
  await until(() => server.runs.live + server.runs.readers === 0)
  await clock.advance(5000)
  expect([server.runs.live, server.runs.size, server.runs.readers]).toEqual([0, 0, 0])
})
