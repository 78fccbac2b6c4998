import { EMPTY_RUN_VIEW } from '@sluice/events'
import { TRPCClientError } from '@trpc/client'
import { expect, test } from 'vitest'
import { MAX_ATTEMPTS } from '@sluice/client'
import { createFakeServer, createManualClock, DONE } from '@sluice/client/testing'
import { createChat } from './chat.ts'
import type { ChatApi, StartInput } from './chat-api.ts'
import type { StoredTurn } from './stored-chat.ts'

type Answer = 'yes' | 'lost' | 'draining' | { refusal: string; retryAfterMs?: number }

function setup(stored: readonly StoredTurn[] = []) {
  const clock = createManualClock()
  const server = createFakeServer()
  const starts: StartInput[] = []
  const saved: (readonly StoredTurn[])[] = []
  const waiting: ((answer: Answer) => void)[] = []
  const api: ChatApi = {
    epoch: async () => 'epoch',
    async start({ epoch, ...input }) {
      expect(epoch).toBe('epoch')
      starts.push(input)
      const answer = await new Promise<Answer>((resolve) => waiting.push(resolve))
      if (answer === 'lost') throw new TRPCClientError('fetch failed')
      if (answer === 'draining') throw answered('SERVICE_UNAVAILABLE', 503, 'The server is restarting.')
      if (answer !== 'yes') throw answered('TOO_MANY_REQUESTS', 429, answer.refusal, answer.retryAfterMs)
    },
    runs: server.runs,
  }
  const storage = { load: () => stored, save: (turns: readonly StoredTurn[]) => void saved.push(turns) }
  const chat = createChat({ api, storage, clock })

  /** The server answers the start that waits. */
  const answer = async (how: Answer) => {
    await clock.advance(0)
    waiting.shift()?.(how)
    await clock.advance(0)
  }
  const last = () => {
    const turn = chat.getSnapshot().turns.at(-1)
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
  return { chat, clock, server, starts, stops: server.stops, saved, answer, refuseStop, last, follow }
}

function answered(code: string, httpStatus: number, message: string, retryAfterMs?: number) {
  const data = { code, httpStatus, ...(retryAfterMs !== undefined && { retryAfterMs }) }
  return new TRPCClientError(message, { result: { error: { message, code: -32_029, data } } })
}

test('a prompt starts one run, which is followed once the server has confirmed it', async () => {
  const { chat, starts, answer, last } = setup()
  const sent = chat.send('Why?')
  expect(chat.getSnapshot().busy).toBe(true)
  expect(last().started).toBe(false)
  await answer('yes')
  expect(await sent).toBe(true)
  expect(last()).toMatchObject({ prompt: 'Why?', started: true })
  expect(starts).toEqual([{ runId: last().runId, messages: [{ role: 'user', content: 'Why?' }] }])
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

test('a start that nobody answered is repeated under the same id', async () => {
  const { chat, clock, starts, answer, last } = setup()
  const sent = chat.send('Why?')
  await answer('lost')
  await clock.advance(10_000)
  await answer('lost')
  await clock.advance(10_000)
  await answer('yes')
  expect(await sent).toBe(true)
  expect(starts.map(({ runId }) => runId)).toEqual([last().runId, last().runId, last().runId])
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
  expect(chat.getSnapshot().busy).toBe(false)
  chat.retry()
  await answer('yes')
  expect(new Set(starts.map(({ runId }) => runId)).size).toBe(1)
  expect(last().started).toBe(true)
  expect(clock.pending()).toBe(0)
})

test('a refusal shows its message and takes the turn back', async () => {
  const { chat, starts, answer, saved } = setup()
  const sent = chat.send('Why?')
  await answer({ refusal: 'Too many answers at once.' })
  expect(await sent).toBe(false)
  expect(chat.getSnapshot()).toMatchObject({
    turns: [],
    busy: false,
    refusal: { message: 'Too many answers at once.' },
  })
  expect(starts).toHaveLength(1)
  expect(saved.at(-1)).toEqual([])
  void chat.send('Again')
  expect(chat.getSnapshot().refusal).toBeUndefined()
})

test('Stop reaches the server, and the answer ends when the run says so', async () => {
  const run = setup()
  void run.chat.send('Why?')
  await run.answer('yes')
  run.follow()
  run.chat.stop()
  run.chat.stop()
  expect(run.stops).toEqual([run.last().runId])
  expect(run.chat.getSnapshot()).toMatchObject({ busy: true, stopping: true })
  run.server.send({ ...DONE, stopReason: 'stopped' })
  await run.clock.advance(16)
  expect(run.chat.getSnapshot()).toMatchObject({ busy: false, stopping: false })
})

test('Stop before the start was answered stops the run that came of it', async () => {
  const { chat, clock, stops, answer, last } = setup()
  void chat.send('Why?')
  await clock.advance(0)
  chat.stop()
  expect(stops).toEqual([])
  await answer('yes')
  expect(stops).toEqual([last().runId])
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
  expect(chat.getSnapshot().busy).toBe(false)
  expect(clock.pending()).toBe(0)
})

test('a run that cannot be stopped leaves the one after it stopping', async () => {
  const { chat, clock, stops, answer, refuseStop, last } = setup()
  void chat.send('One?')
  await answer('lost')
  chat.stop()
  await clock.advance(0)
  const first = last().runId
  void chat.send('Two?')
  await answer('yes')
  chat.stop()
  expect(stops).toEqual([first, last().runId])
  await refuseStop(first)
  expect(chat.getSnapshot().stopping).toBe(true)
  await refuseStop(last().runId)
  expect(chat.getSnapshot().stopping).toBe(false)
})

test('the next prompt brings along what was asked and answered', async () => {
  const run = setup()
  void run.chat.send('One?')
  await run.answer('yes')
  run.follow()
  run.server.text('First.')
  run.server.send(DONE)
  await run.clock.advance(16)
  void run.chat.send('Two?')
  await run.clock.advance(0)
  expect(run.starts[1]?.messages).toEqual([
    { role: 'user', content: 'One?' },
    { role: 'assistant', content: 'First.' },
    { role: 'user', content: 'Two?' },
  ])
})

test('Retry asks again under a new id, in the place of the failed turn', async () => {
  const run = setup()
  void run.chat.send('Why?')
  await run.answer('yes')
  run.follow()
  run.server.text('Half of')
  run.server.send({ type: 'error', code: 'upstream_interrupted', message: 'Cut', retryable: true })
  await run.clock.advance(16)
  run.chat.retry()
  await run.answer('yes')
  expect(run.chat.getSnapshot().turns).toHaveLength(1)
  expect(run.starts[1]?.messages).toEqual(run.starts[0]?.messages)
  expect(run.starts[1]?.runId).not.toBe(run.starts[0]?.runId)
})

test('a refused Retry leaves the failed turn as it was', async () => {
  const run = setup()
  void run.chat.send('Why?')
  await run.answer('yes')
  run.follow()
  run.server.text('Half of')
  run.server.send({ type: 'error', code: 'overloaded', message: 'Busy', retryable: true })
  await run.clock.advance(16)
  const failed = run.last()
  run.chat.retry()
  await run.answer({ refusal: 'Not so fast.' })
  expect(run.last()).toBe(failed)
  expect(run.chat.getSnapshot().refusal?.message).toBe('Not so fast.')
})

test('an answer is stored when it is complete, and what has arrived of it whenever the page asks', async () => {
  const run = setup()
  void run.chat.send('Why?')
  await run.answer('yes')
  run.follow()
  run.server.text('Half')
  await run.clock.advance(16)
  run.chat.save()
  expect(run.saved.at(-1)?.[0]?.view).toMatchObject({ text: 'Half', position: 4, status: 'streaming' })
  run.server.text(' and all')
  run.server.send(DONE)
  await run.clock.advance(16)
  expect(run.saved.at(-1)?.[0]?.view).toMatchObject({ text: 'Half and all', status: 'done' })
})

test('a stored half answer is followed from where it was, and nothing is started', async () => {
  const view = { ...EMPTY_RUN_VIEW, status: 'streaming' as const, position: 5, text: 'Half' }
  const { chat, clock, server, starts, last } = setup([{ runId: 'run', prompt: 'Why?', view }])
  expect(chat.getSnapshot().busy).toBe(true)
  last().run.connect()
  expect(server.reader().lastEventId).toBe('5')
  server.setPosition(5)
  server.text(' and all')
  server.send(DONE)
  await clock.advance(16)
  expect(last().run.getSnapshot().view.text).toBe('Half and all')
  expect(chat.getSnapshot().busy).toBe(false)
  expect(starts).toEqual([])
})

test('a stored half answer whose run is gone keeps its text, and can be asked again', () => {
  const view = { ...EMPTY_RUN_VIEW, status: 'streaming' as const, position: 5, text: 'Half' }
  const { chat, server, last, starts } = setup([{ runId: 'run', prompt: 'Why?', view }])
  last().run.connect()
  server.reader().handlers.onError({ message: 'No such run.', data: { code: 'NOT_FOUND' } })
  expect(last().run.getSnapshot()).toMatchObject({ view: { text: 'Half' }, failure: { code: 'NOT_FOUND' } })
  expect(chat.getSnapshot().busy).toBe(false)
  chat.retry()
  expect(starts[0]?.runId).not.toBe('run')
})

test('a new chat stops the answer under way, and forgets it', async () => {
  const run = setup()
  void run.chat.send('Why?')
  await run.answer('yes')
  const { runId } = run.last()
  run.chat.clear()
  expect(run.stops).toEqual([runId])
  expect(run.chat.getSnapshot()).toMatchObject({ turns: [], busy: false, stopping: false })
  expect(run.saved.at(-1)).toEqual([])
})

test('Stop before the start was sent: it is not, and there is nothing to stop', async () => {
  const { chat, clock, starts, stops, last } = setup()
  void chat.send('Why?')
  chat.stop()
  await clock.advance(60_000)
  expect(starts).toEqual([])
  expect(stops).toEqual([])
  expect(last().run.getSnapshot().failure?.code).toBe('stopped')
  expect(chat.getSnapshot().busy).toBe(false)
  expect(clock.pending()).toBe(0)
})

test('a new chat before the start was answered stops the run that comes of it', async () => {
  const { chat, clock, starts, stops, answer } = setup()
  void chat.send('Why?')
  await clock.advance(0)
  chat.clear()
  await answer('yes')
  expect(stops).toEqual([starts[0]?.runId])
  expect(chat.getSnapshot().turns).toEqual([])
})

test('an edited question takes the place of its turn, and of all after it', async () => {
  const run = setup()
  for (const prompt of ['One?', 'Two?', 'Three?']) {
    void run.chat.send(prompt)
    await run.answer('yes')
    run.follow()
    run.server.text(`To ${prompt}`)
    run.server.send(DONE)
    await run.clock.advance(16)
  }
  void run.chat.edit(1, 'Zwei?')
  await run.answer('yes')
  expect(run.chat.getSnapshot().turns.map(({ prompt }) => prompt)).toEqual(['One?', 'Zwei?'])
  expect(run.starts.at(-1)?.messages.map(({ content }) => content)).toEqual(['One?', 'To One?', 'Zwei?'])
  expect(new Set(run.starts.map(({ runId }) => runId)).size).toBe(4)
})

test('a refused edit leaves the conversation as it was', async () => {
  const run = setup()
  void run.chat.send('One?')
  await run.answer('yes')
  run.follow()
  run.server.send(DONE)
  await run.clock.advance(16)
  const before = run.last()
  const edited = run.chat.edit(0, 'Uno?')
  await run.answer({ refusal: 'Not so fast.' })
  expect(await edited).toBe(false)
  expect(run.chat.getSnapshot().turns).toEqual([before])
})

test('a refusal for a while says when it is worth trying again', async () => {
  const { chat, answer } = setup()
  const asked = Date.now()
  void chat.send('Why?')
  await answer({ refusal: 'At most 20 questions a minute.', retryAfterMs: 42_000 })
  const { refusal } = chat.getSnapshot()
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

test('what was asked is stored as pending until the server has confirmed it', async () => {
  const { chat, answer, saved } = setup()
  void chat.send('Why?')
  expect(saved.at(-1)).toMatchObject([{ prompt: 'Why?', pending: true }])
  await answer('yes')
  expect(saved.at(-1)?.[0]).not.toHaveProperty('pending')
})

test('what another tab has made of it is taken over, and what is followed here stays followed', async () => {
  const run = setup()
  void run.chat.send('One?')
  await run.answer('yes')
  run.follow()
  const [mine] = run.saved.at(-1) ?? []
  if (!mine) throw new Error('nothing saved')
  const followed = run.last().run
  const other = { runId: 'other', prompt: 'Two?', view: EMPTY_RUN_VIEW, pending: true }
  run.chat.adopt([mine, other])
  expect(run.chat.getSnapshot().turns.map(({ started }) => started)).toEqual([true, false])
  expect(run.chat.getSnapshot().turns[0]?.run).toBe(followed)
  run.chat.adopt([mine, { ...other, pending: false }])
  expect(run.last().started).toBe(true)
  expect(run.starts).toHaveLength(1)
})

test('an answer that was given up here, and ended in another tab, is shown as it ended', () => {
  const view = { ...EMPTY_RUN_VIEW, status: 'streaming' as const, position: 5, text: 'Half' }
  const { chat, server, last } = setup([{ runId: 'run', prompt: 'Why?', view }])
  last().run.connect()
  server.reader().handlers.onError({ message: 'No such run.', data: { code: 'NOT_FOUND' } })
  const whole = { ...view, status: 'done' as const, position: 14, text: 'Half and all' }
  chat.adopt([{ runId: 'run', prompt: 'Why?', view: whole }])
  expect(last().run.getSnapshot()).toMatchObject({ view: { text: 'Half and all' }, failure: undefined })
})
