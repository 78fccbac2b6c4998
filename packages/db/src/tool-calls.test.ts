import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { expect, onTestFinished, test } from 'vitest'
import {
  addAnswer,
  addQuestion,
  adoptOwner,
  type CallDecision,
  claimRun,
  type Db,
  decideToolCall,
  declineToolCalls,
  deleteOwnerContent,
  endRun,
  endToolCall,
  hideConversation,
  type NewToolCall,
  openDatabase,
  readAskedCall,
  readConversation,
  readPath,
  readRun,
  readToolCalls,
  saveStep,
  startToolCall,
} from './index.ts'
import { run, toolCall } from './schema.ts'
import { createTestDatabase, whyNoPostgres } from './testing/index.ts'
import { onBothEngines } from './testing/on-both-engines.ts'
import { untilWaiting } from './testing/until-waiting.ts'

const STEP = {
  model: 'a-model',
  content: '["block"]',
  stopReason: 'tool_use',
  usage: null,
  costUsd: 0.25,
  requestId: 'req_1',
}
const WAITING = { log: '["waiting"]', end: '{"type":"done","stopReason":"approval"}', costUsd: 0.25 }
const DENIAL = JSON.stringify('Not allowed.')
const RESULT = { ok: true, output: JSON.stringify('{"nasty":"\u0000 \ud800"}') }

const nextStep = () => ({ ...STEP, requestId: randomUUID() })

function callOf(change: Partial<NewToolCall> = {}): NewToolCall {
  return {
    id: randomUUID(),
    toolUseId: 'toolu_1',
    name: 'shop__add',
    input: JSON.stringify('{"a":"\u0000 \ud800"}'),
    asks: false,
    ...change,
  }
}

/** A conversation of its own, whose answer is being written. */
async function begin(db: Db, owner = 'ada') {
  const [conversationId, questionId, runId] = [randomUUID(), randomUUID(), randomUUID()]
  await db.transaction(async (tx) => {
    await claimRun(tx, { id: runId, owner, instance: 'one', model: 'a-model', answerId: runId })
    const question = { owner, conversationId, id: questionId, parentId: null, content: '"hi"' }
    await addQuestion(tx, { ...question, title: 'hi', words: 'hi' })
    await addAnswer(tx, owner, { id: runId, parentId: questionId })
  })
  return { conversationId, runId }
}

/** As `begin`, and it has ended to wait for decisions about so many calls. */
async function beginWaiting(db: Db, count = 1) {
  const { conversationId, runId } = await begin(db)
  const calls = Array.from({ length: count }, () => callOf({ asks: true }))
  await saveStep(db, runId, { step: STEP, calls, log: '[]' })
  await endRun(db, runId, WAITING)
  const ids = calls.map(({ id }) => id)
  return { conversationId, runId, ids, callId: ids[0] as string }
}

/** Decides as the server does: what is not recorded is rolled back. The last decision claims a run. */
async function decide(db: Db, callId: string, change: Partial<CallDecision> = {}): Promise<boolean> {
  const decided = { owner: 'ada', callId, approved: true, denial: DENIAL, ...change }
  const { nextRunId } = decided
  const asked = await readAskedCall(db, 'ada', callId)
  const refusal = new Error('not recorded')
  try {
    await db.transaction(async (tx) => {
      if (nextRunId !== undefined) {
        const claim = { id: nextRunId, owner: 'ada', instance: 'one', model: 'a-model' }
        await claimRun(tx, { ...claim, answerId: asked?.answerId })
      }
      if (!(await decideToolCall(tx, decided))) throw refusal
    })
    return true
  } catch (error) {
    if (error !== refusal) throw error
    return false
  }
}

onBothEngines((db) => {
  const callsOf = (conversationId: string) => readToolCalls(db(), conversationId)

  test('a step is stored with its calls and the log so far, and the end adds only the steps that follow', async () => {
    const { conversationId, runId } = await begin(db())
    const calls = [callOf(), callOf({ toolUseId: 'toolu_2', asks: true })]
    expect(await saveStep(db(), runId, { step: STEP, calls, log: '["so far"]' })).toBe(true)
    expect(await readRun(db(), 'ada', runId)).toMatchObject({ log: '["so far"]', end: null })
    const third = callOf()
    await saveStep(db(), runId, { step: nextStep(), calls: [third], log: '["more"]' })
    const [saved, last] = [nextStep(), nextStep()]
    await saveStep(db(), runId, { step: saved, calls: [], log: '["more"]' })
    // Its process did not hear that it was stored.
    await endRun(db(), runId, { ...WAITING, steps: [saved, last] })
    expect((await readPath(db(), { to: runId })).map(({ runId: id, step }) => [id, step])).toEqual([
      [null, null],
      [runId, 0],
      [runId, 1],
      [runId, 2],
      [runId, 4],
    ])
    const unexecuted = { approved: null, startedAt: null, ok: null, output: null, runId }
    expect(await callsOf(conversationId)).toEqual([
      { ...calls[0], ...unexecuted, step: 0 },
      { ...calls[1], ...unexecuted, step: 0 },
      { ...third, ...unexecuted, step: 1 },
    ])
  })

  test('of a run that has ended no step is stored', async () => {
    const { conversationId, runId } = await begin(db())
    await endRun(db(), runId, WAITING)
    expect(await saveStep(db(), runId, { step: STEP, calls: [callOf()], log: '["late"]' })).toBe(false)
    expect(await readRun(db(), 'ada', runId)).toMatchObject({ log: WAITING.log })
    expect(await callsOf(conversationId)).toEqual([])
  })

  test('a call is begun once, however often it is tried, and its first result stays', async () => {
    const { conversationId, runId } = await begin(db())
    const call = callOf()
    await saveStep(db(), runId, { step: STEP, calls: [call], log: '[]' })
    const tries = Array.from({ length: 20 }, () => startToolCall(db(), { callId: call.id, runId }))
    expect((await Promise.all(tries)).filter((owner) => owner !== undefined)).toEqual(['ada'])
    expect(await callsOf(conversationId)).toMatchObject([{ startedAt: expect.any(Date), ok: null }])
    await endToolCall(db(), call.id, RESULT)
    await endToolCall(db(), call.id, { ok: false, output: '"later"' })
    expect(await callsOf(conversationId)).toMatchObject([RESULT])
    expect(await startToolCall(db(), { callId: randomUUID(), runId })).toBeUndefined()
  })

  test('a call is begun for the owner that its run has at that time', async () => {
    const guest = `guest:${randomUUID()}`
    const { runId } = await begin(db(), guest)
    const call = callOf()
    await saveStep(db(), runId, { step: STEP, calls: [call], log: '[]' })
    await adoptOwner(db(), { from: guest, to: 'ada' })
    expect(await startToolCall(db(), { callId: call.id, runId })).toBe('ada')
  })

  test('a call is not begun once its run has ended, nor while it is not allowed', async () => {
    const ended = await begin(db())
    const late = callOf()
    await saveStep(db(), ended.runId, { step: STEP, calls: [late], log: '[]' })
    await endRun(db(), ended.runId, WAITING)
    expect(await startToolCall(db(), { callId: late.id, runId: ended.runId })).toBeUndefined()
    const live = await begin(db())
    const asks = callOf({ asks: true })
    await saveStep(db(), live.runId, { step: STEP, calls: [asks], log: '[]' })
    expect(await startToolCall(db(), { callId: asks.id, runId: live.runId })).toBeUndefined()
    const denied = await beginWaiting(db())
    const nextRunId = randomUUID()
    await decide(db(), denied.callId, { approved: false, nextRunId })
    expect(await startToolCall(db(), { callId: denied.callId, runId: nextRunId })).toBeUndefined()
    expect(await callsOf(ended.conversationId)).toMatchObject([{ startedAt: null }])
    expect(await callsOf(denied.conversationId)).toMatchObject([{ startedAt: null, ok: false }])
  })

  test('decisions wait for the last one, which names the run that goes on', async () => {
    const { conversationId, runId, ids } = await beginWaiting(db(), 3)
    const [one, two, three] = ids as [string, string, string]
    const before = await readConversation(db(), 'ada', conversationId)
    const nextRunId = randomUUID()
    // Not the last one: no run may go on.
    expect(await decide(db(), one, { nextRunId })).toBe(false)
    expect(await readRun(db(), 'ada', nextRunId)).toBeUndefined()
    expect(await decide(db(), two)).toBe(true)
    expect(await readAskedCall(db(), 'ada', two)).toEqual({
      runId,
      answerId: runId,
      conversationId,
      asks: true,
      end: WAITING.end,
      settings: null,
      leftOut: 0,
      approved: true,
      decision: { waitingFor: [one, three] },
      open: [one, three],
    })
    expect(await decide(db(), two, { approved: false })).toBe(false)
    expect(await decide(db(), one, { approved: false })).toBe(true)
    expect(await readAskedCall(db(), 'ada', one)).toMatchObject({ decision: { waitingFor: [three] } })
    // The last one: without a run it is not recorded.
    expect(await decide(db(), three)).toBe(false)
    expect(await decide(db(), three, { nextRunId })).toBe(true)
    expect(await readAskedCall(db(), 'ada', three)).toMatchObject({
      decision: { runId: nextRunId },
      approved: true,
      open: [],
    })
    expect(await callsOf(conversationId)).toMatchObject([
      { approved: false, ok: false, output: DENIAL },
      { approved: true, ok: null },
      { approved: true, ok: null },
    ])
    expect(await startToolCall(db(), { callId: three, runId: nextRunId })).toBe('ada')
    const after = await readConversation(db(), 'ada', conversationId)
    expect(after?.updatedAt.getTime()).toBeGreaterThanOrEqual(before?.updatedAt.getTime() ?? Infinity)
  })

  test('a call is found by its owner only, and not in a conversation that is removed', async () => {
    const { conversationId, callId } = await beginWaiting(db())
    expect(await readAskedCall(db(), 'eve', callId)).toBeUndefined()
    expect(await decide(db(), callId, { owner: 'eve', nextRunId: randomUUID() })).toBe(false)
    await hideConversation(db(), 'ada', conversationId)
    expect(await readAskedCall(db(), 'ada', callId)).toBeUndefined()
    expect(await decide(db(), callId, { nextRunId: randomUUID() })).toBe(false)
    expect(await readAskedCall(db(), 'ada', randomUUID())).toBeUndefined()
  })

  test('the open calls of an answer are declined when the conversation goes on, and no others', async () => {
    const { conversationId, runId, ids } = await beginWaiting(db(), 2)
    const [allowed, open] = ids as [string, string]
    await decide(db(), allowed)
    expect(await declineToolCalls(db(), { answerId: runId, denial: DENIAL })).toBe(true)
    expect(await callsOf(conversationId)).toMatchObject([
      { approved: true, ok: null },
      { approved: false, ok: false, output: DENIAL },
    ])
    expect(await readAskedCall(db(), 'ada', open)).toMatchObject({ approved: false, decision: null })
    expect(await decide(db(), open, { nextRunId: randomUUID() })).toBe(false)
  })

  test('an answer that goes on after the last decision has nothing to decline', async () => {
    const { conversationId, runId, callId } = await beginWaiting(db())
    const nextRunId = randomUUID()
    await decide(db(), callId, { nextRunId })
    expect(await declineToolCalls(db(), { answerId: runId, denial: DENIAL })).toBe(false)
    await endRun(db(), nextRunId, WAITING)
    expect(await declineToolCalls(db(), { answerId: runId, denial: DENIAL })).toBe(true)
    expect(await callsOf(conversationId)).toMatchObject([{ approved: true, ok: null }])
  })

  test('the words of all runs of an answer are found, with a gap between them', async () => {
    const { conversationId, runId } = await begin(db())
    await endRun(db(), runId, { ...WAITING, words: 'one' })
    const next = { id: randomUUID(), owner: 'ada', instance: 'one', model: 'a-model', answerId: runId }
    await claimRun(db(), next)
    await endRun(db(), next.id, WAITING)
    const last = { ...next, id: randomUUID() }
    await claimRun(db(), last)
    await endRun(db(), last.id, { ...WAITING, words: 'two' })
    const { rows }: any = await db().execute(
      `select words from message where conversation_id = '${conversationId}' and role = 'assistant'`,
    )
    expect(rows).toEqual([{ words: 'one\n\ntwo' }])
  })

  test('the calls of an owner are deleted with what they were made in', async () => {
    const owner = `guest:${randomUUID()}`
    const { conversationId, runId } = await begin(db(), owner)
    const call = callOf()
    await saveStep(db(), runId, { step: STEP, calls: [call], log: '[]' })
    await deleteOwnerContent(db(), { owner, end: '"stopped"' })
    expect(await callsOf(conversationId)).toEqual([])
    // A process that executes the run hears of it.
    expect(await startToolCall(db(), { callId: call.id, runId })).toBeUndefined()
    await endToolCall(db(), call.id, RESULT)
    expect(await db().select().from(toolCall).where(eq(toolCall.id, call.id))).toEqual([])
    expect(await db().select({ id: run.id }).from(run).where(eq(run.id, runId))).toHaveLength(1)
  })
})

const why = whyNoPostgres()

// On the embedded database transactions wait for each other anyway.
test.skipIf(why !== undefined)('decisions about calls of one run wait for each other', async () => {
  const { db, close } = await openDatabase(await createTestDatabase())
  onTestFinished(close)
  const { conversationId, runId, ids } = await beginWaiting(db, 2)
  const [one, two] = ids as [string, string]
  const release = await hold(db, (tx) => tx.select().from(run).where(eq(run.id, runId)).for('update'))
  const decisions = [decide(db, one), decide(db, two)]
  await untilWaiting(db, 2)
  await release()
  // Each found the other one open before.
  expect((await Promise.all(decisions)).filter(Boolean)).toHaveLength(1)
  expect((await readToolCalls(db, conversationId)).filter(({ approved }) => approved !== null)).toHaveLength(
    1,
  )
})

test.skipIf(why !== undefined)('a run cannot end as a dead one while one of its calls is begun', async () => {
  const { db, close } = await openDatabase(await createTestDatabase())
  onTestFinished(close)
  const { conversationId, runId } = await begin(db)
  const call = callOf()
  await saveStep(db, runId, { step: STEP, calls: [call], log: '[]' })
  const release = await hold(db, (tx) =>
    tx.update(run).set({ end: '"interrupted"' }).where(eq(run.id, runId)),
  )
  const starting = startToolCall(db, { callId: call.id, runId })
  await untilWaiting(db)
  await release()
  expect(await starting).toBeUndefined()
  expect(await readToolCalls(db, conversationId)).toMatchObject([{ startedAt: null }])
})

/** Begins a transaction, which has done `act` and stays open until the returned function is called. */
async function hold(db: Db, act: (tx: Db) => PromiseLike<unknown>): Promise<() => Promise<void>> {
  return new Promise((resolve, reject) => {
    const ended = db.transaction(async (tx) => {
      await act(tx)
      await new Promise<void>((release) => {
        resolve(async () => {
          release()
          await ended
        })
      })
    })
    ended.catch(reject)
  })
}
