import { randomUUID } from 'node:crypto'
import { claimRun, endRun, readRun, readSpentToday } from '@sluice/db'
import { STOPPED } from '@sluice/runs'
import { recordsContract } from '@sluice/runs/testing'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import type { ServerDatabase } from './database.ts'
import { createRunRecords } from './run-records.ts'
import { ownDatabase, testDatabase } from './testing/test-database.ts'

async function setUp(of = testDatabase) {
  const { url, open } = await of()
  const { db, close } = await open(url)
  onTestFinished(close)
  const logger = pino({ level: 'silent' })
  const database: Pick<ServerDatabase, 'ready' | 'query'> = { ready: async () => db, query: (run) => run(db) }
  const recordsOf = (instance: string) => createRunRecords({ database, budgets: {}, instance, logger })
  const claim = { runId: randomUUID(), owner: 'ann', model: 'a-model' }
  /** Stores a claim without the records hearing of it. */
  const claimAs = (instance: string) =>
    claimRun(db, { id: claim.runId, owner: 'ann', model: 'a-model', instance })
  return { db, records: recordsOf('this'), recordsOf, claim, claimAs }
}

recordsContract('createRunRecords', async () => {
  const { recordsOf } = await setUp()
  return { one: recordsOf('one'), other: recordsOf('other') }
})

test('what Claude says of itself cannot keep the end of a run from being stored', async () => {
  // What it costs would use up the budgets of the other tests.
  const { db, records, claim } = await setUp(ownDatabase)
  await records.claim(claim)
  const { runId, owner } = claim
  const usage = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: false }
  records.addStep(runId, {
    model: 'a\0model\ud800',
    stopReason: 'end\0',
    requestId: 'req\0',
    content: [{ type: 'text', text: '\0' }],
    usage,
    costUsd: 1e12,
  })
  const terminal = { type: 'done', stopReason: 'end\0', usage, costUsd: 1e12 } as const
  await records.end({ runId, owner, events: [{ type: 'text', text: '\0' }], terminal })
  expect((await readRun(db, owner, runId))?.end).toBe(JSON.stringify(terminal))
})

test('a stop whose cost was not reported counts what the finished calls to Claude have cost', async () => {
  const { db, records, claim } = await setUp(ownDatabase)
  await records.claim(claim)
  const { runId, owner } = claim
  const usage = { inputTokens: 9, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: false }
  const step = { type: 'step', model: 'claude-opus-4-8', usage, costUsd: 0.75 } as const
  await records.end({ runId, owner, events: [step, step], terminal: STOPPED })
  expect(await readSpentToday(db)).toBeCloseTo(1.5)
})

test('a run of which nothing was stored but its end still begins with its start', async () => {
  const { db, records, claim, claimAs } = await setUp()
  await claimAs('another')
  const end = { type: 'error', code: 'interrupted', message: 'Gone.', retryable: true } as const
  await endRun(db, claim.runId, { log: '[]', end: JSON.stringify(end), costUsd: null })
  expect(await records.eventsOf('ann', claim.runId)).toEqual([
    { type: 'start', model: 'a-model', runId: claim.runId },
    end,
  ])
})

test('a stored run that cannot be read is refused with a typed error', async () => {
  const { db, records, claim, claimAs } = await setUp()
  await claimAs('another')
  await endRun(db, claim.runId, { log: '[{"type":"hologram"}]', end: '{"type":"vanished"}', costUsd: null })
  await expect(records.eventsOf('ann', claim.runId)).rejects.toMatchObject({ code: 'unavailable' })
})

test('a run that another instance has ended may not call Claude again', async () => {
  const { db, records, claim } = await setUp()
  await records.claim(claim)
  const next = { spent: 0, next: 1 }
  expect(await records.reserve(claim.runId, next)).toBe(true)
  await endRun(db, claim.runId, { log: '[]', end: '{"type":"error"}', costUsd: null })
  await expect(records.reserve(claim.runId, next)).rejects.toMatchObject({ code: 'log_ended' })
})
