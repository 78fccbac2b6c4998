import { readFile } from 'node:fs/promises'
import Anthropic from '@anthropic-ai/sdk'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FAULTS } from './fault.ts'
import { type Simulator, startSimulator } from './simulator.ts'
import { ask, askRaw, eventsOf, readToClose, readUntil, textIn } from './testing/test-client.ts'

let sim: Simulator
beforeEach(async () => {
  sim = await startSimulator()
})
afterEach(() => sim.close())

const BODY_END = '\r\n0\r\n\r\n'
const thinking = { type: 'adaptive', display: 'summarized' }

function plain(fault: string): Promise<Response> {
  return ask(sim.url, { stream: false, sim: `fault=${fault}` })
}

function countDeltas(received: string): number {
  return received.split('"text_delta"').length - 1
}

test('status: the error asked for, with its retry-after', async () => {
  const response = await ask(sim.url, { sim: 'fault=status code=429 retry-after=7' })
  expect(response.status).toBe(429)
  expect(response.headers.get('retry-after')).toBe('7')
  expect(await response.json()).toMatchObject({ error: { type: 'rate_limit_error' } })
  expect(sim.stats().requests[0]).toMatchObject({ status: 429, outcome: 'faulted', tokens: 0 })
  const overloaded = await ask(sim.url, { sim: 'fault=status' })
  expect(overloaded.status).toBe(529)
  expect(await overloaded.json()).toMatchObject({ error: { type: 'overloaded_error' } })
})

test('times: the SDK’s retry of the same conversation succeeds', async () => {
  const client = new Anthropic({ apiKey: 'test', baseURL: sim.url })
  const controls = '[[sim fault=status code=529 times=1 tps=max ttft=0]]'
  const message = await client.messages.create({
    model: 'claude-opus-4-8',
    max_tokens: 1000,
    messages: [{ role: 'user', content: `Hello ${controls}` }],
  })
  expect(message.stop_reason).toBe('end_turn')
  expect(sim.stats().requests.map(({ status }) => status)).toEqual([529, 200])
})

test('hang: not even headers', async () => {
  const socket = askRaw(sim.url, { sim: 'fault=hang' })
  await sim.waitFor(({ requests }) => requests[0]?.model !== '')
  await (await ask(sim.url)).text()
  expect(sim.stats().requests[0]).toMatchObject({ status: 0, outcome: 'open', bytesWritten: 0 })
  socket.destroy()
  await sim.waitFor(({ requests }) => requests[0]?.outcome === 'aborted')
})

test('html, json, empty: 200, and no stream', async () => {
  const html = await ask(sim.url, { sim: 'fault=html' })
  expect([html.status, html.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  const json = await ask(sim.url, { sim: 'fault=json' })
  expect([json.status, json.headers.get('content-type')]).toEqual([200, 'application/json'])
  expect(await json.json()).toMatchObject({ type: 'message' })
  const empty = await ask(sim.url, { sim: 'fault=empty' })
  expect([empty.status, empty.headers.get('content-type'), await empty.text()]).toEqual([
    200,
    'text/event-stream',
    '',
  ])
})

test('error@N: an error event after N deltas is the last', async () => {
  const events = eventsOf(await (await ask(sim.url, { sim: 'fault=error@7' })).text())
  expect(events.at(-1)).toMatchObject({ event: 'error', data: { error: { type: 'overloaded_error' } } })
  expect(events.filter(({ event }) => event === 'content_block_delta')).toHaveLength(7)
  const other = await (await ask(sim.url, { sim: 'fault=error@1 error-type=api_error' })).text()
  expect(eventsOf(other).at(-1)?.data).toMatchObject({ error: { type: 'api_error' } })
})

test('reset@N: N deltas arrive, then a reset', async () => {
  const { received, code } = await readToClose(askRaw(sim.url, { sim: 'fault=reset@9' }))
  expect(code).toBe('ECONNRESET')
  expect(countDeltas(received)).toBe(9)
  expect(sim.stats().requests[0]?.outcome).toBe('faulted')
})

test('drop@N: N deltas arrive, then the socket ends inside the body', async () => {
  const { received, code } = await readToClose(askRaw(sim.url, { sim: 'fault=drop@9' }))
  expect(code).toBeUndefined()
  expect(countDeltas(received)).toBe(9)
  expect(received.endsWith(BODY_END)).toBe(false)
})

test('eof@N: N deltas arrive, then the body ends as if all were well', async () => {
  const { received } = await readToClose(askRaw(sim.url, { sim: 'fault=eof@9' }))
  expect(countDeltas(received)).toBe(9)
  expect(received.endsWith(BODY_END)).toBe(true)
  expect(received).not.toContain('message_stop')
})

test('half@N: the last event is cut in two', async () => {
  const stream = await (await ask(sim.url, { sim: 'fault=half@3' })).text()
  const last = stream.slice(stream.lastIndexOf('event: '))
  expect(last).toMatch(/^event: content_block_delta\ndata: \{"type":"content_block_delta".*"text":"this $/)
})

test('unterminated: only the last blank line is missing', async () => {
  const stream = await (await ask(sim.url, { sim: 'fault=unterminated' })).text()
  expect(stream).toMatch(/\nevent: message_stop\ndata: \{"type":"message_stop" *\}$/)
})

test('badjson@N: one event cannot be parsed, and the stream goes on to its end', async () => {
  const stream = await (await ask(sim.url, { sim: 'fault=badjson@3' })).text()
  expect(() => eventsOf(stream)).toThrow(SyntaxError)
  const blocks = stream.split('\n\n').filter((block) => !block.includes('this text is lost'))
  expect(textIn(blocks.join('\n\n'))).toBe(sim.stats().requests[0]?.text)
  expect(stream).toContain('event: message_stop')
})

test('stall@N: N deltas, and then not a byte', async () => {
  const socket = askRaw(sim.url, { sim: 'fault=stall@4 ping=1' })
  const received = await readUntil(socket, (all) => countDeltas(all) === 4)
  const before = sim.stats().requests[0]
  // Another stalled stream that pings as often has pinged meanwhile; this one has not.
  const twin = askRaw(sim.url, { sim: 'fault=stall-pings@4 ping=1' })
  await readUntil(twin, (all) => all.split('event: ping').length > 10)
  expect(sim.stats().requests[0]).toEqual(before)
  expect(before).toMatchObject({ outcome: 'open' })
  expect(received.endsWith(BODY_END)).toBe(false)
  socket.destroy()
  twin.destroy()
})

test('stall-pings@N: N deltas, and then only pings', async () => {
  const socket = askRaw(sim.url, { sim: 'fault=stall-pings@4 ping=1' })
  const received = await readUntil(socket, (all) => all.split('event: ping').length > 10)
  expect(countDeltas(received)).toBe(4)
  socket.destroy()
})

test('bytes: every chunk is one byte, and characters are cut in two', async () => {
  const { received } = await readToClose(askRaw(sim.url, { sim: 'fault=bytes text=emoji tokens=200' }))
  const body = received.slice(received.indexOf('\r\n\r\n') + 4)
  const chunks = body.match(/1\r\n/g) ?? []
  expect(chunks.length).toBeGreaterThanOrEqual(sim.stats().requests[0]?.bytesWritten ?? Infinity)
  const stream = await (await ask(sim.url, { sim: 'fault=bytes text=emoji tokens=200' })).text()
  expect(textIn(stream)).toBe(sim.stats().requests[1]?.text)
})

test('refusal@N: HTTP 200, N deltas, stop_reason refusal', async () => {
  const partial = eventsOf(await (await ask(sim.url, { sim: 'fault=refusal@5' })).text())
  expect(partial.filter(({ event }) => event === 'content_block_delta')).toHaveLength(5)
  expect(partial.at(-2)?.data).toMatchObject({ delta: { stop_reason: 'refusal' } })
  const whole = eventsOf(await (await ask(sim.url, { sim: 'fault=refusal' })).text())
  expect(whole.map(({ event }) => event)).toEqual(['message_start', 'ping', 'message_delta', 'message_stop'])
})

test('max_tokens@N: N deltas, stop_reason max_tokens', async () => {
  const events = eventsOf(await (await ask(sim.url, { sim: 'fault=max_tokens@5' })).text())
  expect(events.filter(({ event }) => event === 'content_block_delta')).toHaveLength(5)
  expect(events.at(-2)?.data).toMatchObject({ delta: { stop_reason: 'max_tokens' } })
})

test('unknown: a client that skips what it does not know has the whole text', async () => {
  const stream = await (await ask(sim.url, { sim: 'fault=unknown', extra: { thinking } })).text()
  for (const type of ['content_forecast', 'hologram', 'emphasis_delta']) expect(stream).toContain(type)
  expect(textIn(stream)).toBe(sim.stats().requests[0]?.text)
})

test('reorder: the text block comes before the thinking block', async () => {
  const stream = await (await ask(sim.url, { sim: 'fault=reorder', extra: { thinking } })).text()
  const starts = eventsOf(stream).filter(({ event }) => event === 'content_block_start')
  expect(starts.map(({ data }) => data)).toMatchObject([
    { index: 0, content_block: { type: 'text' } },
    { index: 1, content_block: { type: 'thinking' } },
  ])
})

test('an answer shorter than N deltas meets its fault at its end', async () => {
  const stream = await (await ask(sim.url, { sim: 'tokens=3 fault=error@1000' })).text()
  expect(eventsOf(stream).at(-1)?.event).toBe('error')
})

test('a message without stream meets the faults that are not in the middle of a stream', async () => {
  expect((await plain('status')).status).toBe(529)
  expect(await (await plain('refusal')).json()).toMatchObject({ content: [], stop_reason: 'refusal' })
  expect(await (await plain('empty')).text()).toBe('')
  expect(await (await plain('reset@3')).json()).toMatchObject({ stop_reason: 'end_turn' })
})

test('none: takes back the fault of the defaults', async () => {
  const faulty = await startSimulator({ defaults: { fault: 'status', code: 500 } })
  try {
    expect((await ask(faulty.url)).status).toBe(500)
    expect((await ask(faulty.url, { sim: 'fault=none' })).status).toBe(200)
    expect((await ask(faulty.url, { sim: 'fault=eof@2' })).status).toBe(200)
  } finally {
    await faulty.close()
  }
})

test('the README explains every fault', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  for (const fault of FAULTS) expect(readme).toContain(`\n| \`${fault}\` `)
})
