import { getEventListeners, once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClaude } from '@sluice/claude'
import { isTerminal, type RunEvent } from '@sluice/events'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedFrom } from '../random.ts'
import { resources, until } from '../resources.ts'
import { anyDamage, damaged } from './damage.ts'
import { type RecordedStream, recordStream } from './recorded-stream.ts'

const seed = seedFrom('FUZZ_SEED')
const IDLE_MS = 100

let recordings: RecordedStream[]
let upstream: Server
let say: (response: ServerResponse) => void
let url: string

beforeAll(async () => {
  recordings = [
    await recordStream('tokens=80 text=emoji thinking=40'),
    await recordStream('tokens=60 text=markdown fault=unknown'),
    await recordStream('tokens=40 text=lorem fault=error@20'),
  ]
  upstream = createServer((request, response) => {
    request.resume().once('end', () => say(response))
  })
  upstream.listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`
})
afterAll(() => {
  upstream.closeAllConnections()
  upstream.close()
})

const ends = fc.constantFrom('end', 'destroy', 'silence')

/** Writes a body in pieces of `size` bytes, then ends as `end` says. */
function bodyOf(bytes: Buffer, { size, end }: { size: number; end: 'end' | 'destroy' | 'silence' }) {
  return async (response: ServerResponse) => {
    response.on('error', () => {})
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    for (let at = 0; at < bytes.length && !response.destroyed; at += size) {
      response.write(bytes.subarray(at, at + size))
      if (response.writableNeedDrain) await new Promise((resolve) => setImmediate(resolve))
    }
    if (end === 'end') response.end()
    if (end === 'destroy') response.write('', () => response.destroy())
  }
}

async function eventsOf(body: (response: ServerResponse) => void, idleMs = IDLE_MS): Promise<RunEvent[]> {
  say = body
  const claude = createClaude({
    apiKey: 'k',
    baseUrl: url,
    idleMs,
    maxRetryAfterMs: 0,
  })
  const run = new AbortController()
  const ask = claude.ask({ model: 'claude-opus-4-8', messages: [{ role: 'user', content: 'x' }] })
  const events: RunEvent[] = []
  for await (const batch of ask({ runId: 'run', signal: run.signal, events: async () => [] }))
    events.push(...batch)
  expect(getEventListeners(run.signal, 'abort')).toEqual([])
  return events
}

function textOf(events: readonly RunEvent[], type: 'text' | 'thinking'): string {
  return events.map((event) => (event.type === type ? event.text : '')).join('')
}

async function nothingIsLeft(before: Record<string, number>): Promise<void> {
  upstream.closeAllConnections()
  await until(10_000, () => {
    const { Timeout = 0, TCPSocketWrap = 0 } = resources()
    const clean = Timeout <= (before['Timeout'] ?? 0) && TCPSocketWrap <= (before['TCPSocketWrap'] ?? 0)
    return clean ? undefined : { Timeout, TCPSocketWrap, before }
  })
}

test('a stream cut anywhere, in pieces of any size: received text is yielded, and `done` needs all of it', async () => {
  const before = resources()
  const whole = recordings[0] as RecordedStream
  // From here on all text and the stop reason have arrived.
  const endKnown = whole.wire.indexOf('\n\n', whole.wire.indexOf('event: message_delta')) + 2
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: whole.wire.length }),
      fc.integer({ min: 1, max: 700 }),
      ends,
      async (at, size, end) => {
        // Single bytes take long on a busy machine, so only streams that must time out get a short limit.
        const idleMs = end === 'silence' && at < endKnown ? IDLE_MS : 20 * IDLE_MS
        const events = await eventsOf(bodyOf(whole.wire.subarray(0, at), { size, end }), idleMs)
        expect(events.filter(isTerminal)).toEqual([events.at(-1)])
        const [text, thinking] = [textOf(events, 'text'), textOf(events, 'thinking')]
        expect(whole.text.startsWith(text) && whole.thinking.startsWith(thinking)).toBe(true)
        // An event is complete at the last newline of its blank line.
        if (at < endKnown) expect(events.at(-1)).toMatchObject({ type: 'error', retryable: true })
        else expect([events.at(-1)?.type, text, thinking]).toEqual(['done', whole.text, whole.thinking])
      },
    ),
    {
      seed,
      numRuns: 120,
      examples: [
        [whole.wire.length, 50, 'end'],
        [endKnown, 50, 'destroy'],
        [endKnown - 1, 50, 'end'],
      ],
    },
  )
  await nothingIsLeft(before)
})

test('bytes flipped, lost, repeated, inserted or reordered: one terminal event, and no timer or socket left', async () => {
  const before = resources()
  await fc.assert(
    fc.asyncProperty(
      fc.nat(recordings.length - 1),
      fc.array(anyDamage, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 2000 }),
      ends,
      async (which, damages, size, end) => {
        const bytes = damaged((recordings[which] as RecordedStream).wire, damages)
        const events = await eventsOf(bodyOf(bytes, { size, end }))
        expect(events.filter(isTerminal)).toEqual([events.at(-1)])
        expect(textOf(events, 'text').length).toBeLessThanOrEqual(bytes.length)
      },
    ),
    { seed, numRuns: 250 },
  )
  await nothingIsLeft(before)
})
