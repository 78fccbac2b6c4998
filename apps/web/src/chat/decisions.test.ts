import { createFakeServer, createManualClock, DONE } from '@sluice/client/testing'
import { TRPCClientError } from '@trpc/client'
import { expect, test } from 'vitest'
import { createChat } from './chat.ts'
import { type DecisionInput, type DecisionResult, isAllowed, isHeld, openCalls } from './decisions.ts'
import { fakeApi } from './testing/fake-api.ts'
import { answer, answerOf, type Events, question } from './testing/messages.ts'

const ID = '0198c0de-0000-4000-8000-00000000000a'

/** An answer that calls two tools, which wait. */
const WAITING: Events = [
  { type: 'start', model: 'claude-x', runId: 'a' },
  { type: 'text', text: 'I will add both.' },
  ...['milk', 'bread'].flatMap((callId): Events => [
    { type: 'tool_call', callId, name: 'shop.add', by: 'server' },
    { type: 'tool_input', callId, text: '{}' },
  ]),
  { type: 'tool_state', callId: 'milk', state: 'waiting' },
  { type: 'tool_state', callId: 'bread', state: 'waiting' },
  { ...DONE, stopReason: 'approval', model: 'claude-x' },
]

/** @param next The id of the run with which it goes on. */
function waitingAnswer(decided: Record<string, boolean> = {}, next?: string) {
  const message = answerOf('a', 'q', 2, WAITING)
  const decisions = Object.entries(decided).map(([callId, approved]) => ({ callId, approved }))
  const runs = message.runs.map((run) => ({ ...run, decided: decisions }))
  return { ...message, runs: next === undefined ? runs : [...runs, ...answer(next, 'q', 3).runs] }
}

/** A conversation whose last answer waits for two decisions. */
function setup() {
  const clock = createManualClock()
  const server = createFakeServer()
  const inputs: DecisionInput[] = []
  const pending: ((result: DecisionResult | Error) => void)[] = []
  let changes = 0
  const api = fakeApi({
    runs: server.runs,
    async decide(input) {
      inputs.push(input)
      const result = await new Promise<DecisionResult | Error>((resolve) => pending.push(resolve))
      if (result instanceof Error) throw result
      return result
    },
  })
  const chat = createChat({ api, id: ID, clock, onChange: () => changes++ })
  const messages = [question('q', null, 1), waitingAnswer()]
  chat.receive({ messages })

  const last = () => {
    const turn = chat.getState().turns.at(-1)
    if (!turn) throw new Error('no turn')
    return turn
  }
  return {
    chat,
    clock,
    server,
    inputs,
    messages,
    changes: () => changes,
    last,
    open: () => openCalls(last(), true).map(({ callId }) => callId),
    /** The server answers the decision that waits. */
    async respond(result: DecisionResult | Error) {
      await clock.advance(0)
      pending.shift()?.(result)
      await clock.advance(0)
    },
  }
}

function refusal(code: string, message: string, retryAfterMs?: number) {
  const data = { code, httpStatus: 400, ...(retryAfterMs !== undefined && { retryAfterMs }) }
  return new TRPCClientError(message, { result: { error: { message, code: -32_000, data } } })
}

test('after the last decision the answer goes on in its place, under the id that the server names', async () => {
  const { chat, clock, server, inputs, last, open, respond } = setup()
  expect(open()).toEqual(['milk', 'bread'])
  expect([chat.getState().busy, isHeld(last(), true)]).toEqual([false, true])
  chat.decide('milk', true)
  expect(open()).toEqual(['bread'])
  await respond({ waitingFor: ['bread'] })
  chat.decide('bread', false)
  await respond({ runId: 'next' })
  expect(inputs).toMatchObject([
    { callId: 'milk', approve: true },
    { callId: 'bread', approve: false },
  ])
  expect(last().run.runId).toBe('next')
  expect(chat.getState()).toMatchObject({ busy: true, turns: [{ started: true }] })
  expect([isHeld(last(), true), isAllowed(last(), 'milk'), isAllowed(last(), 'bread')]).toEqual([
    false,
    true,
    false,
  ])
  last().run.connect()
  server.connected()
  server.send({ type: 'start', model: 'claude-x', runId: 'next' })
  server.send({ type: 'tool_state', callId: 'milk', state: 'running' })
  server.send({ type: 'tool_result', callId: 'milk', ok: true, output: '{}' })
  server.send({ type: 'tool_result', callId: 'bread', ok: false, output: 'Denied.' })
  server.text('Added the milk.')
  server.send({ ...DONE, costUsd: 0.02 })
  await clock.advance(100)
  expect(last().run.getSnapshot().view).toMatchObject({
    parts: [
      { text: 'I will add both.' },
      { callId: 'milk', state: 'done' },
      { callId: 'bread', state: 'failed' },
      { text: 'Added the milk.' },
    ],
    costUsd: 0.03,
  })
  expect(chat.getState().busy).toBe(false)
})

test('the run with which an answer goes on stays followed when the server has and has not told of it', async () => {
  const { chat, last, messages, respond } = setup()
  chat.decide('milk', true)
  chat.decide('bread', true)
  await respond({ waitingFor: ['bread'] })
  await respond({ runId: 'next' })
  const followed = last().run
  chat.receive({ messages })
  expect(last().run).toBe(followed)
  chat.receive({ messages: [question('q', null, 1), waitingAnswer({ milk: true, bread: true }, 'next')] })
  expect(last().run).toBe(followed)
})

test('decisions of another tab are shown, and the run with which the answer goes on is followed', async () => {
  const { chat, clock, server, last, open } = setup()
  chat.receive({ messages: [question('q', null, 1), waitingAnswer({ milk: false })] })
  expect(open()).toEqual(['bread'])
  expect(isAllowed(last(), 'milk')).toBe(false)
  chat.receive({ messages: [question('q', null, 1), waitingAnswer({ milk: false, bread: true }, 'next')] })
  expect(chat.getState().busy).toBe(true)
  last().run.connect()
  expect(server.reader().lastEventId).toBeUndefined()
  server.connected()
  server.send({ type: 'tool_result', callId: 'bread', ok: true, output: '{}' })
  server.send(DONE)
  await clock.advance(100)
  expect(last().run.getSnapshot().view.parts).toMatchObject([
    { text: 'I will add both.' },
    { callId: 'milk' },
    { callId: 'bread', state: 'done' },
  ])
})

test('between the last decision and the next run the answer is not over, and Stop ends the next run', async () => {
  const { chat, server, last, respond } = setup()
  chat.decide('milk', true)
  expect(chat.getState().busy).toBe(false)
  chat.decide('bread', true)
  expect(chat.getState().busy).toBe(true)
  chat.stop()
  expect(chat.getState().stopping).toBe(true)
  await respond({ waitingFor: ['bread'] })
  await respond({ runId: 'next' })
  expect(last().run.runId).toBe('next')
  expect(chat.getState().stopping).toBe(true)
  expect(server.stops).toEqual(['next'])
})

test('a lost response is asked for again with the same run, and a second press decides nothing', async () => {
  const { chat, clock, inputs, last, respond } = setup()
  chat.decide('milk', true)
  chat.decide('milk', false)
  await respond(new TRPCClientError('fetch failed'))
  await clock.advance(10_000)
  await respond({ runId: 'next' })
  expect(inputs).toHaveLength(2)
  expect(inputs[1]).toEqual(inputs[0])
  expect(last().run.runId).toBe('next')
})

test('a refused decision leaves the call waiting, says why and when to try again, and is repeated with the same run', async () => {
  const { chat, inputs, last, open, respond } = setup()
  chat.decide('milk', true)
  await respond(refusal('TOO_MANY_REQUESTS', 'Not so fast.', 5000))
  expect(open()).toEqual(['milk', 'bread'])
  expect(last().decisions.get('milk')?.refusal).toEqual({
    message: 'Not so fast.',
    retryAt: expect.any(Number),
  })
  chat.decide('milk', true)
  await respond({ waitingFor: ['bread'] })
  expect(inputs[1]).toEqual(inputs[0])
  expect(open()).toEqual(['bread'])
})

test('a call that was decided elsewhere is read again, and the page says so', async () => {
  const { chat, changes, open, respond } = setup()
  chat.decide('milk', true)
  await respond(refusal('CONFLICT', 'It was denied.'))
  expect(chat.getState().refusal?.message).toMatch(/already decided/)
  expect(changes()).toBe(1)
  chat.receive({ messages: [question('q', null, 1), waitingAnswer({ milk: false })] })
  expect(open()).toEqual(['bread'])
})

test('a question that follows the answer leaves nothing open in it', async () => {
  const { chat, open } = setup()
  const [waiting] = chat.getState().turns
  void chat.send('Never mind')
  expect(waiting && openCalls(waiting, false)).toEqual([])
  expect(chat.getState().turns).toHaveLength(2)
  expect(open()).toEqual([])
})
