import { TRPCClientError } from '@trpc/client'
import { expect, test } from 'vitest'
import { textOf } from '@sluice/events'
import { MAX_ATTEMPTS } from '@sluice/client'
import { createFakeServer, createManualClock, DONE } from '@sluice/client/testing'
import type { Message } from '../api.ts'
import { type ChatStart, createChat } from './chat.ts'
import { fakeApi } from './testing/fake-api.ts'
import { answer as answerMessage, question } from './testing/messages.ts'

type Answer = 'yes' | 'lost' | 'draining' | { refusal: string; retryAfterMs?: number }

const ID = '0198c0de-0000-4000-8000-00000000000a'

/** A new chat; with `messages`, the conversation that the server has. */
function setup(messages?: Message[]) {
  const clock = createManualClock()
  const server = createFakeServer()
  const starts: ChatStart[] = []
  let changes = 0
  const accepted: string[] = []
  const unsent: string[] = []
  const waiting: ((answer: Answer) => void)[] = []
  const api = fakeApi({
    async start(input) {
      starts.push(input)
      const answer = await new Promise<Answer>((resolve) => waiting.push(resolve))
      if (answer === 'lost') throw new TRPCClientError('fetch failed')
      if (answer === 'draining') throw answered('SERVICE_UNAVAILABLE', 503, 'The server is restarting.')
      if (answer !== 'yes') throw answered('TOO_MANY_REQUESTS', 429, answer.refusal, answer.retryAfterMs)
    },
    runs: server.runs,
  })
  const chat = createChat({
    api,
    id: messages && ID,
    clock,
    onAccepted: (id) => accepted.push(id),
    onUnsent: ({ prompt }, conversationId) => unsent.push(`${prompt} ${conversationId === undefined}`),
    onChange: () => changes++,
  })
  if (messages) chat.receive({ messages })

  /** The server answers the start that waits. */
  const answer = async (how: Answer) => {
    await clock.advance(0)
    waiting.shift()?.(how)
    await clock.advance(0)
  }
  const last = () => {
    const turn = chat.getState().turns.at(-1)
    if (!turn) throw new Error('no turn')
    return turn
  }
  /** The server knows no run that it was told to stop. */
  const refuseStop = async (runId: string) => {
    server.refuseStop(runId, answered('NOT_FOUND', 404, 'No such run.'))
    await clock.advance(0)
  }
  /** What the page does once a turn has started. */
  const follow = () => {
    last().run.connect()
    server.setPosition(0)
    server.connected()
  }
  return {
    chat,
    clock,
    server,
    starts,
    stops: server.stops,
    accepted,
    unsent,
    changes: () => changes,
    answer,
    refuseStop,
    last,
    follow,
  }
}

/** Two questions with their answers. */
const TWO = [
  question('q1', null, 1, 'One?'),
  answerMessage('a1', 'q1', 2, 'First.'),
  question('q2', 'a1', 3, 'Two?'),
  answerMessage('a2', 'q2', 4, 'Second.'),
]

function answered(code: string, httpStatus: number, message: string, retryAfterMs?: number) {
  const data = { code, httpStatus, ...(retryAfterMs !== undefined && { retryAfterMs }) }
  return new TRPCClientError(message, { result: { error: { message, code: -32_029, data } } })
}

test('a prompt starts one run, which is followed once the server has confirmed it', async () => {
  const { chat, starts, answer, last } = setup()
  const sent = chat.send('Why?')
  expect(chat.getState().busy).toBe(true)
  expect(last().started).toBe(false)
  await answer('yes')
  expect(await sent).toBe(true)
  expect(last()).toMatchObject({ prompt: 'Why?', started: true })
  expect(starts).toEqual([
    { conversationId: chat.id, runId: last().run.runId, parentId: null, content: 'Why?' },
  ])
})

test('a second Enter while a run is under way starts nothing', async () => {
  const { chat, starts, answer } = setup()
  const first = chat.send('Why?')
  const second = chat.send('Why?')
  await answer('yes')
  await chat.send('Why?')
  expect(await Promise.all([first, second])).toEqual([true, false])
  expect(starts).toHaveLength(1)
})

test('a start without a response is repeated under the same id', async () => {
  const { chat, clock, starts, answer, last } = setup()
  const sent = chat.send('Why?')
  await answer('lost')
  await clock.advance(10_000)
  await answer('lost')
  await clock.advance(10_000)
  await answer('yes')
  expect(await sent).toBe(true)
  expect(starts.map(({ runId }) => runId)).toEqual([last().run.runId, last().run.runId, last().run.runId])
})

test('a server that never answers ends in a failure, and Retry asks under the same id', async () => {
  const { chat, clock, starts, answer, last } = setup()
  const sent = chat.send('Why?')
  for (let i = 0; i < MAX_ATTEMPTS; i++) {
    await answer('lost')
    await clock.advance(10_000)
  }
  expect(await sent).toBe(true)
  expect(starts).toHaveLength(MAX_ATTEMPTS)
  expect(last().run.getSnapshot().failure).toMatchObject({ code: 'unreachable', retryable: true })
  expect(chat.getState().busy).toBe(false)
  chat.retry()
  await answer('yes')
  expect(new Set(starts.map(({ runId }) => runId)).size).toBe(1)
  expect(last().started).toBe(true)
  expect(clock.pending()).toBe(0)
})

test('a refusal shows its message and takes the turn back', async () => {
  const { chat, starts, answer } = setup()
  const sent = chat.send('Why?')
  await answer({ refusal: 'Too many answers at once.' })
  expect(await sent).toBe(false)
  expect(chat.getState()).toMatchObject({
    turns: [],
    busy: false,
    refusal: { message: 'Too many answers at once.' },
  })
  expect(starts).toHaveLength(1)
  void chat.send('Again')
  expect(chat.getState().refusal).toBeUndefined()
})

test('Stop reaches the server, and the answer ends when the run says so', async () => {
  const run = setup()
  void run.chat.send('Why?')
  await run.answer('yes')
  run.follow()
  run.chat.stop()
  run.chat.stop()
  expect(run.stops).toEqual([run.last().run.runId])
  expect(run.chat.getState()).toMatchObject({ busy: true, stopping: true })
  run.server.send({ ...DONE, stopReason: 'stopped' })
  await run.clock.advance(16)
  expect(run.chat.getState()).toMatchObject({ busy: false, stopping: false })
})

test('Stop before the response to the start stops the run that it started', async () => {
  const { chat, clock, stops, answer, last } = setup()
  void chat.send('Why?')
  await clock.advance(0)
  chat.stop()
  expect(stops).toEqual([])
  await answer('yes')
  expect(stops).toEqual([last().run.runId])
  expect(last().started).toBe(true)
})

test('Stop while the server cannot be reached ends the attempts, and stops what may have come of them', async () => {
  const { chat, clock, starts, stops, answer, last } = setup()
  void chat.send('Why?')
  await answer('lost')
  chat.stop()
  await clock.advance(60_000)
  expect(starts).toHaveLength(1)
  expect(stops).toEqual([starts[0]?.runId])
  expect(last().run.getSnapshot().failure?.code).toBe('stopped')
  expect(chat.getState().busy).toBe(false)
  expect(clock.pending()).toBe(0)
})

test('a run that cannot be stopped leaves the one after it stopping', async () => {
  const { chat, clock, stops, answer, refuseStop, last } = setup()
  void chat.send('One?')
  await answer('lost')
  chat.stop()
  await clock.advance(0)
  const first = last().run.runId
  void chat.send('Two?')
  await answer('yes')
  chat.stop()
  expect(stops).toEqual([first, last().run.runId])
  await refuseStop(first)
  expect(chat.getState().stopping).toBe(true)
  await refuseStop(last().run.runId)
  expect(chat.getState().stopping).toBe(false)
})

test('the next question follows the answer that is shown', async () => {
  const run = setup(TWO)
  void run.chat.send('Three?')
  await run.answer('yes')
  expect(run.starts).toMatchObject([{ conversationId: ID, parentId: 'a2', content: 'Three?' }])
  expect(run.chat.getState().turns.map(({ prompt }) => prompt)).toEqual(['One?', 'Two?', 'Three?'])
})

test('a question before the server has named the last one follows its answer', async () => {
  const run = setup()
  void run.chat.send('One?')
  await run.answer('yes')
  const { runId } = run.last().run
  run.follow()
  run.server.send(DONE)
  await run.clock.advance(16)
  void run.chat.send('Two?')
  await run.answer('yes')
  expect(run.starts[1]).toMatchObject({ parentId: runId })
  expect(run.chat.getState().turns.map(({ prompt }) => prompt)).toEqual(['One?', 'Two?'])
})

test('Retry has the question answered again under a new id, as another version', async () => {
  const run = setup([question('q', null, 1), answerMessage('failed', 'q', 2)])
  run.follow()
  run.server.text('Half of')
  run.server.send({ type: 'error', code: 'upstream_interrupted', message: 'Cut', retryable: true })
  await run.clock.advance(16)
  run.chat.retry()
  await run.answer('yes')
  expect(run.chat.getState().turns).toHaveLength(1)
  const { runId } = run.last().run
  expect(run.starts).toEqual([{ runId, messageId: 'q' }])
  expect(run.last().step.answers).toEqual(['failed', runId])
})

test('a refused Retry leaves the failed turn as it was', async () => {
  const run = setup([question('q', null, 1), answerMessage('failed', 'q', 2)])
  run.follow()
  run.server.text('Half of')
  run.server.send({ type: 'error', code: 'overloaded', message: 'Busy', retryable: true })
  await run.clock.advance(16)
  const failed = run.last().run
  run.chat.retry()
  await run.answer({ refusal: 'Not so fast.' })
  expect(run.last().run).toBe(failed)
  expect(run.last().step.answers).toHaveLength(1)
  expect(run.chat.getState().refusal?.message).toBe('Not so fast.')
})

test('an answer that is being written elsewhere is followed from its beginning, and nothing is started', async () => {
  const { chat, clock, server, starts, last } = setup([question('q', null, 1), answerMessage('run', 'q', 2)])
  expect(chat.getState()).toMatchObject({ busy: true, exists: true })
  expect(last()).toMatchObject({ started: true })
  last().run.connect()
  expect(server.reader().lastEventId).toBeUndefined()
  server.connected()
  server.text('All of it')
  server.send(DONE)
  await clock.advance(16)
  expect(textOf(last().run.getSnapshot().view)).toBe('All of it')
  expect(chat.getState().busy).toBe(false)
  expect(starts).toEqual([])
})

test('an answer that has ended is shown from its events, and not read', () => {
  const { chat, server, last } = setup(TWO)
  expect(chat.getState().busy).toBe(false)
  last().run.connect()
  expect(server.readers).toEqual([])
  expect(last().run.getSnapshot().view).toMatchObject({
    parts: [{ text: 'Second.' }],
    status: 'done',
    model: 'claude-x',
  })
  expect(last().times()).toMatchObject({ endedAt: expect.any(Number) })
})

test('an answer whose run is gone keeps its text, and can be asked for again', async () => {
  const { chat, clock, server, last, starts } = setup([question('q', null, 1), answerMessage('run', 'q', 2)])
  last().run.connect()
  server.connected()
  server.text('Half')
  await clock.advance(16)
  server.reader().handlers.onError({ message: 'No such run.', data: { code: 'NOT_FOUND' } })
  expect(last().run.getSnapshot()).toMatchObject({
    view: { parts: [{ text: 'Half' }] },
    failure: { code: 'NOT_FOUND' },
  })
  expect(chat.getState().busy).toBe(false)
  chat.retry()
  await clock.advance(0)
  expect(starts).toMatchObject([{ messageId: 'q' }])
  expect(starts[0]?.runId).not.toBe('run')
})

test('Stop before the start was sent keeps it from being sent, and stops nothing', async () => {
  const { chat, clock, starts, stops, last } = setup()
  void chat.send('Why?')
  chat.stop()
  await clock.advance(60_000)
  expect(starts).toEqual([])
  expect(stops).toEqual([])
  expect(last().run.getSnapshot().failure?.code).toBe('stopped')
  expect(chat.getState().busy).toBe(false)
  expect(clock.pending()).toBe(0)
})

test('an edited question becomes another version of it, and the branch goes on from there', async () => {
  const run = setup(TWO)
  void run.chat.edit(run.last(), 'Zwei?')
  await run.answer('yes')
  expect(run.starts).toMatchObject([{ parentId: 'a1', content: 'Zwei?' }])
  expect(run.chat.getState().turns.map(({ prompt }) => prompt)).toEqual(['One?', 'Zwei?'])
  expect(run.last().step.questions).toHaveLength(2)
})

test('another version is chosen, and shown with what followed it; not while an answer is written', async () => {
  const run = setup([...TWO, question('q2b', 'a1', 5, 'Zwei?'), answerMessage('a2b', 'q2b', 6, 'Zweitens.')])
  const prompts = () => run.chat.getState().turns.map(({ prompt }) => prompt)
  expect(prompts()).toEqual(['One?', 'Zwei?'])
  run.chat.choose('q2')
  expect(prompts()).toEqual(['One?', 'Two?'])
  void run.chat.send('Three?')
  await run.answer('yes')
  expect(run.starts).toMatchObject([{ parentId: 'a2' }])
  run.chat.choose('q2b')
  expect(prompts()).toEqual(['One?', 'Two?', 'Three?'])
})

test('a refused edit leaves the conversation as it was, and its words are the caller’s again', async () => {
  const run = setup()
  void run.chat.send('One?')
  await run.answer('yes')
  run.follow()
  run.server.send(DONE)
  await run.clock.advance(16)
  const before = run.last()
  const edited = run.chat.edit(before, 'Uno?')
  await run.answer({ refusal: 'Not so fast.' })
  expect(await edited).toBe(false)
  expect(run.unsent).toEqual(['Uno? false'])
  expect(run.chat.getState().turns.map(({ run: shown }) => shown)).toEqual([before.run])
})

test('a question that was not accepted is given back when the chat is closed or another one is asked; not one that is retried', async () => {
  const run = setup()
  void run.chat.send('Why?')
  run.chat.stop()
  await run.clock.advance(0)
  run.chat.retry()
  run.chat.stop()
  await run.clock.advance(0)
  expect(run.unsent).toEqual([])
  run.chat.close()
  expect(run.unsent).toEqual(['Why? true'])
  void run.chat.send('What?')
  await run.answer('yes')
  expect(run.unsent).toEqual(['Why? true', 'Why? true'])
  run.chat.close()
  expect(run.unsent).toHaveLength(2)
})

test('Regenerate asks the question that is shown, and not one on another branch that was not accepted', async () => {
  const run = setup(TWO)
  void run.chat.edit(run.last(), 'Zwei?')
  run.chat.stop()
  await run.clock.advance(0)
  const unsent = run.last().step.question.messageId
  run.chat.choose('q2')
  expect(run.last().prompt).toBe('Two?')
  run.chat.choose(unsent)
  expect(run.last().prompt).toBe('Zwei?')
  run.chat.choose('q2')
  run.chat.retry()
  await run.answer('yes')
  expect(run.starts).toMatchObject([{ messageId: 'q2' }])
  expect(run.unsent).toEqual(['Zwei? false'])
})

test('a refusal for a while says when it is worth trying again', async () => {
  const { chat, answer } = setup()
  const asked = Date.now()
  void chat.send('Why?')
  await answer({ refusal: 'At most 20 questions a minute.', retryAfterMs: 42_000 })
  const { refusal } = chat.getState()
  expect(refusal?.retryAt).toBeGreaterThanOrEqual(asked + 42_000)
  expect(refusal?.retryAt).toBeLessThanOrEqual(Date.now() + 42_000)
})

test('a server that drains is asked again under the same id', async () => {
  const { chat, clock, starts, answer, last } = setup()
  const sent = chat.send('Why?')
  await answer('draining')
  await clock.advance(10_000)
  await answer('yes')
  expect(await sent).toBe(true)
  expect(new Set(starts.map(({ runId }) => runId)).size).toBe(1)
  expect(last().started).toBe(true)
})

test('what the server has is taken over, and what is followed here stays followed', async () => {
  const run = setup()
  void run.chat.send('One?')
  await run.answer('yes')
  run.follow()
  const { run: followed } = run.last()
  const mine = [question('q', null, 1, 'One?'), answerMessage(followed.runId, 'q', 2)]
  run.chat.receive({ messages: mine })
  expect(run.last().run).toBe(followed)
  expect(run.last().step.question.messageId).toBe('q')
  const before = run.chat.getState().turns
  run.chat.receive({
    messages: [...mine, question('q2', followed.runId, 3, 'Two?'), answerMessage('a2', 'q2', 4)],
  })
  expect(run.chat.getState().turns.map(({ prompt }) => prompt)).toEqual(['One?', 'Two?'])
  expect(run.chat.getState().turns[0]).toBe(before[0])
  expect(run.starts).toHaveLength(1)
})

test('a question is not lost to what the server said before it had it', async () => {
  const run = setup(TWO)
  void run.chat.send('Three?')
  run.chat.receive({ messages: TWO })
  await run.answer('yes')
  run.chat.receive({ messages: TWO })
  expect(run.last()).toMatchObject({ prompt: 'Three?', started: true })
})

test('a version that another tab makes does not change the branch in which something was asked here', async () => {
  const run = setup(TWO)
  void run.chat.send('Three?')
  await run.answer('yes')
  const { runId } = run.last().run
  run.chat.receive({
    messages: [
      ...TWO,
      question('q3', 'a2', 5, 'Three?'),
      answerMessage(runId, 'q3', 6),
      question('q1b', null, 7, 'Eins?'),
      answerMessage('a1b', 'q1b', 8),
    ],
  })
  expect(run.last().run.runId).toBe(runId)
})

test('an answer that was given up here, and ended elsewhere, is shown as it ended', () => {
  const asked = question('q', null, 1)
  const { chat, server, last } = setup([asked, answerMessage('run', 'q', 2)])
  last().run.connect()
  server.reader().handlers.onError({ message: 'No such run.', data: { code: 'NOT_FOUND' } })
  chat.receive({ messages: [asked, answerMessage('run', 'q', 2, 'Half and all')] })
  expect(last().run.getSnapshot()).toMatchObject({
    view: { parts: [{ text: 'Half and all' }] },
    failure: undefined,
  })
})

test('a question without a response that the server turns out to have is followed', async () => {
  const run = setup()
  void run.chat.send('Why?')
  for (let i = 0; i < MAX_ATTEMPTS; i++) {
    await run.answer('lost')
    await run.clock.advance(10_000)
  }
  const { runId } = run.last().run
  run.chat.receive({ messages: [question('q', null, 1), answerMessage(runId, 'q', 2)] })
  expect(run.chat.getState().busy).toBe(true)
  expect(run.last()).toMatchObject({ started: true })
  expect(run.last().run.getSnapshot().failure).toBeUndefined()
})

test('whoever lists conversations hears of an accepted question and of the end of its answer', async () => {
  const run = setup()
  expect(run.chat.isNew()).toBe(true)
  void run.chat.send('Why?')
  expect([run.chat.isNew(), run.chat.getState().exists, run.changes()]).toEqual([false, false, 0])
  await run.answer('yes')
  expect([run.chat.getState().exists, run.changes(), run.accepted]).toEqual([true, 1, [run.chat.id]])
  run.follow()
  run.server.send(DONE)
  await run.clock.advance(16)
  expect(run.changes()).toBe(2)
  void run.chat.send('And then?')
  await run.answer('yes')
  expect(run.accepted).toHaveLength(1)
})
