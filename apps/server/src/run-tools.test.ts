import { randomUUID } from 'node:crypto'
import type { RunTools, ToolCall } from '@sluice/claude'
import { addAnswer, addQuestion, adoptOwner, type Db, endRun, readRunState, readToolCalls } from '@sluice/db'
import { RunsError } from '@sluice/runs'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { createRunRecords, type RunRecordsOptions } from './run-records.ts'
import { createRunTools } from './run-tools.ts'
import { collect } from './testing/collect.ts'
import { onBothEngines } from './testing/on-both-engines.ts'
import { question } from './testing/question.ts'
import { recordRequests } from './testing/record-requests.ts'
import { startTestServer } from './testing/start-test-server.ts'
import { toolsOf } from './tools-of.ts'
import { procedure, router } from './trpc.ts'

const USAGE = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: false }
const STEP = {
  model: 'a-model',
  content: [],
  stopReason: 'tool_use',
  usage: USAGE,
  costUsd: 0.1,
  requestId: 'req_1',
}
const RESULT = { ok: true, output: '"done"' }

onBothEngines((database) => {
  /** A run that is being written, with the tools that it executes. */
  async function setUp({ budgets = {} }: Partial<RunRecordsOptions> = {}) {
    const { url, open } = await database()
    const { db, close } = await open(url)
    onTestFinished(close)
    /** Queries fail while this is more than 0, which each lowers by one. */
    const away = { queries: 0 }
    const ready = async (): Promise<Db> => {
      if (away.queries-- > 0) throw new RunsError('unavailable', 'The database is away.')
      return db
    }
    const records = createRunRecords({
      database: { ready, query: async (query) => query(await ready()) },
      budgets,
      instance: randomUUID(),
      logger: pino({ level: 'silent' }),
    })
    const owner = `guest:${randomUUID()}`
    const [runId, conversationId, questionId] = [randomUUID(), randomUUID(), randomUUID()]
    await records.claim({ runId, owner, model: 'a-model', answerId: runId, maxCostUsd: 0.2 }, async (tx) => {
      const asked = { id: questionId, conversationId, parentId: null, content: '"hi"' }
      await addQuestion(tx, { ...asked, owner, title: 'hi', words: 'hi' })
      await addAnswer(tx, owner, { id: runId, parentId: questionId })
    })
    const executed: { owner: string; callId: string }[] = []
    const hooks = { whileExecuting: () => {} }
    const context: any = {
      owner,
      records,
      tools: {
        nameOf: (name: string) => name,
        asksFirst: () => false,
        async call(of: { owner: string }, { callId }: ToolCall) {
          executed.push({ owner: of.owner, callId })
          hooks.whileExecuting()
          return RESULT
        },
      },
    }
    const tools: RunTools = createRunTools(context, runId)
    const call: ToolCall = { callId: randomUUID(), toolUseId: 'toolu_1', name: 'a_tool', input: '{}' }
    const save = () => tools.saveStep({ step: STEP, calls: [call], events: [] })
    return {
      tools,
      call,
      save,
      executed,
      hooks,
      away,
      db,
      owner,
      runId,
      execute: () => tools.execute(call, new AbortController().signal),
      stored: async () => (await readToolCalls(db, conversationId))[0],
    }
  }

  test('a call is executed once, however often that is tried', async () => {
    const { save, execute, executed, stored } = await setUp()
    await save()
    const results = await Promise.all([execute(), execute(), execute()])
    expect(results.filter(({ ok }) => ok)).toEqual([RESULT])
    expect(results.find(({ ok }) => !ok)?.output).toContain('Not executed')
    expect(executed).toHaveLength(1)
    expect(await stored()).toMatchObject({ ok: true, output: JSON.stringify(RESULT.output) })
  })

  test('a call that is not stored is not executed', async () => {
    const { execute, executed } = await setUp()
    expect(await execute()).toMatchObject({ ok: false })
    expect(executed).toEqual([])
  })

  test('a step of a run that has ended meanwhile is not stored', async () => {
    const { save, db, runId, stored } = await setUp()
    await endRun(db, runId, { log: '[]', end: '"interrupted"', costUsd: null })
    await expect(save()).rejects.toMatchObject({ code: 'log_ended' })
    expect(await stored()).toBeUndefined()
  })

  test('a call is made for the account that a guest’s run was given to', async () => {
    const { save, execute, executed, db, owner, call } = await setUp()
    await save()
    const account = randomUUID()
    await adoptOwner(db, { from: owner, to: account })
    await execute()
    expect(executed).toEqual([{ owner: account, callId: call.callId }])
  })

  test('a call whose beginning cannot be stored is not executed, and its result says so', async () => {
    const { save, execute, executed, away, stored } = await setUp()
    await save()
    away.queries = 1
    const result = await execute()
    expect(result).toMatchObject({ ok: false, output: expect.stringContaining('Not executed') })
    expect(executed).toEqual([])
    expect(await stored()).toMatchObject({ startedAt: null, output: JSON.stringify(result.output) })
  })

  test('a result is stored when the database is back', async () => {
    const { save, execute, hooks, away, stored } = await setUp()
    await save()
    hooks.whileExecuting = () => (away.queries = 1)
    expect(await execute()).toEqual(RESULT)
    expect(await stored()).toMatchObject({ ok: true, startedAt: expect.any(Date) })
    expect(away.queries).toBeLessThan(0)
  })

  test('a step is admitted while the budget has something left', async () => {
    const { tools, db, owner, runId } = await setUp({ budgets: { dailyUsdPerOwner: 1 } })
    expect(await tools.admitStep({ spent: 0.9, next: 0.2 })).toBe(true)
    expect(await tools.admitStep({ spent: 1, next: 0.2 })).toBe(false)
    expect(await readRunState(db, owner, runId)).toMatchObject({ ended: false })
  })
})

test('a call that is stopped has a result, which the page and the next question have too', async () => {
  const recorder = await recordRequests()
  onTestFinished(() => recorder[Symbol.asyncDispose]())
  let begun = () => {}
  const isBegun = new Promise<void>((resolve) => (begun = resolve))
  const slow = procedure
    .meta({ tool: { description: 'For tests.', ask: false } })
    .mutation(() => new Promise<never>(() => begun()))
  await using server = await startTestServer(
    { ANTHROPIC_BASE_URL: recorder.url },
    { tools: (options) => toolsOf(router({ slow }), ['slow'], options) },
  )
  recorder.target = server.simulator.url
  const client = await server.client()
  const first = question({ content: 'prompt [[sim tool=slow tokens=5]]' })
  await client.call('chat.send', first)
  const reading = collect(await client.events({ runId: first.runId }))
  await isBegun
  await client.call('runs.stop', { runId: first.runId })
  expect((await reading).terminal).toMatchObject({ stopReason: 'stopped' })

  const { conversationId, runId } = first
  const results = async () => {
    const { body } = await client.query('conversations.get', { conversationId })
    return body.result.data.messages[1].runs[0].events.filter(({ type }: any) => type === 'tool_result')
  }
  await expect.poll(results).toHaveLength(1)
  const [{ output }] = await results()
  expect(output).toContain('It may have happened')
  const next = question({ conversationId, parentId: runId, content: 'Go on. [[sim tokens=5]]' })
  await client.call('chat.send', next)
  expect((await collect(await client.events({ runId: next.runId }))).terminal).toMatchObject({ type: 'done' })
  expect(JSON.stringify(recorder.bodies[1].messages)).toContain(output)
})
