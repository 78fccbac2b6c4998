import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { RunEvent } from '@sluice/events'
import { expect, test } from 'vitest'
import { createClaude } from './claude.ts'
import { messageEvents, text } from './testing/message.ts'
import { sse, upstream } from './testing/upstream.ts'

const LIMITS = { idleMs: 60_000, maxRetryAfterMs: 10_000 }
const REQUEST = { model: 'claude-opus-4-8', messages: [{ role: 'user' as const, content: 'Why?' }] }
const ANSWER = messageEvents('end_turn', [text('Because.')])
const EVENT_STREAM = { 'content-type': 'text/event-stream' }

/** Several times, because finalizers run after a collection and free more. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  for (let time = 0; time < 5; time++) {
    collect()
    await nextTurn()
  }
}

/** Asks, and resolves to the run's signal once the answer is over. `onEvents` may abort the run. */
async function ask(url: string, onEvents: (run: AbortController, events: readonly RunEvent[]) => void) {
  const run = new AbortController()
  const answer = createClaude({ apiKey: 'k', baseUrl: url, ...LIMITS }).ask(REQUEST)
  for await (const events of answer({ runId: 'run', signal: run.signal, events: async () => [] }))
    onEvents(run, events)
  return new WeakRef(run.signal)
}

test.for([
  ['is stopped', (response: ServerResponse) => response.write(sse(ANSWER.slice(0, 3)))],
  ['is cut off', (response: ServerResponse) => response.end(sse(ANSWER.slice(0, 3)))],
  ['is complete', (response: ServerResponse) => response.end(sse(ANSWER))],
] as const)('a call that %s leaves nothing of its run in memory', async ([_how, answer]) => {
  await using server = await upstream((response) => answer(response.writeHead(200, EVENT_STREAM)))
  const signal = await ask(server.url, (run) => run.abort())
  await collectGarbage()
  expect(signal.deref()).toBe(undefined)
})

test('the connection of a complete answer whose body never ends is closed, after a garbage collection too', async () => {
  const answered: ServerResponse[] = []
  await using server = await upstream((response) => {
    response.writeHead(200, EVENT_STREAM).write(sse(ANSWER))
    answered.push(response)
  })
  await ask(server.url, () => {})
  const [response] = answered as [ServerResponse]
  const closed = once(response, 'close')
  await collectGarbage()
  expect(response.destroyed).toBe(false)
  await closed
})
