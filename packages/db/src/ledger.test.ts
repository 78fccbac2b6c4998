import { randomUUID } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { beforeEach, expect, test } from 'vitest'
import {
  addAnswer,
  addQuestion,
  adoptOwner,
  BudgetError,
  type Budgets,
  claimRun,
  type Db,
  deleteOwnerContent,
  endRun,
  guestOwner,
  hideConversation,
  listConversations,
  openDatabase,
  readMessages,
  readRun,
  readRunState,
  readSpentToday,
  readUsage,
  requireBudget,
  reserveBudget,
  restoreConversation,
  type RunClaim,
  seeGuest,
  sweep,
} from './index.ts'
import { LOCKS } from './locks.ts'
import { conversation, guest, message, run, step } from './schema.ts'
import { onBothEngines } from './testing/on-both-engines.ts'
import { createTestDatabase, whyNoPostgres } from './testing/index.ts'

const claimOf = (change: Partial<RunClaim> = {}): RunClaim => ({
  id: randomUUID(),
  owner: 'ada',
  instance: 'one',
  model: 'claude-opus-4-8',
  maxCostUsd: 1,
  ...change,
})
const END = '{"type":"done"}'
const STOPPED = '"stopped"'
const usage = JSON.stringify({ inputTokens: 10, outputTokens: 20, cacheReadTokens: 30, cacheWriteTokens: 40 })
const STEP = { model: 'm', content: '["said"]', stopReason: null, usage, costUsd: 1, requestId: 'req' }
const endOf = (costUsd: number) => ({ log: '[1]', end: END, usage, costUsd, steps: [STEP] })

/** As the server does. */
function claimWithin(db: Db, claim: RunClaim, budgets: Budgets) {
  return db.transaction(async (tx) => {
    const made = await claimRun(tx, claim)
    if (made.claimed) await requireBudget(tx, budgets, claim)
    return made
  })
}

/** Claims as if at once, and resolves to the refusals. */
async function claimMany(
  databases: Db[],
  count: number,
  budgets: Budgets,
  change: (i: number) => Partial<RunClaim>,
) {
  const claims = Array.from({ length: count }, (_, i) =>
    claimWithin(databases[i % databases.length] as Db, claimOf(change(i)), budgets),
  )
  const settled = await Promise.allSettled(claims)
  return settled.flatMap((result): unknown[] => (result.status === 'rejected' ? [result.reason] : []))
}

onBothEngines((db) => {
  // Not after each: other files of this worker have rows too.
  beforeEach(async () => {
    for (const table of [conversation, run, guest]) await db().delete(table)
  })

  const spend = async (usd: number, owner = 'ada', endedAt = sql`now()`) => {
    const claim = claimOf({ owner })
    await claimRun(db(), claim)
    await endRun(db(), claim.id, endOf(usd))
    await db().update(run).set({ endedAt }).where(eq(run.id, claim.id))
    return claim.id
  }
  const rows = async () => (await db().select().from(run)).length

  /** A conversation of one question and its answer, which goes on unless `usd` is given. */
  const converse = async (owner = 'ada', usd?: number) => {
    const [conversationId, questionId, runId] = [randomUUID(), randomUUID(), randomUUID()]
    const question = { owner, conversationId, id: questionId, parentId: null, content: '"hi"' }
    await db().transaction(async (tx) => {
      await claimRun(tx, claimOf({ id: runId, owner, answerId: runId, system: 'a prompt' }))
      await addQuestion(tx, { ...question, title: 'hi', words: 'hi' })
      await addAnswer(tx, owner, { id: runId, parentId: questionId })
    })
    if (usd !== undefined) await endRun(db(), runId, endOf(usd))
    return { conversationId, runId }
  }
  const listed = async (owner: string) =>
    (await listConversations(db(), owner, { limit: 100 })).map(({ id }) => id)
  /** Everything that is left of a run. */
  const remains = async (id: string) => {
    const [row] = await db().select().from(run).where(eq(run.id, id))
    const steps = await db().select().from(step).where(eq(step.runId, id))
    return row && { ...row, steps: steps.length }
  }
  const CLEARED = { log: null, system: null, answerId: null, steps: 0, clearedAt: expect.any(Date) }

  test('of a hundred runs that are claimed at once, as many are made as the budget has room for', async () => {
    const refusals = await claimMany([db()], 100, { dailyUsd: 7.5 }, (i) => ({ owner: `owner ${i}` }))
    // The eighth begins with half a dollar left.
    expect(refusals).toHaveLength(92)
    for (const refusal of refusals) {
      expect(refusal).toBeInstanceOf(BudgetError)
      expect(refusal).toMatchObject({ budget: 'server', limitUsd: 7.5, isSpent: false })
    }
    expect(await rows()).toBe(8)
  })

  test('the budget of one owner is counted without the others’', async () => {
    await spend(100, 'eve')
    const refusals = await claimMany([db()], 20, { dailyUsdPerOwner: 3 }, (i) => ({
      owner: `owner ${i % 2}`,
    }))
    expect(refusals).toHaveLength(14)
    expect(refusals[0]).toMatchObject({ budget: 'owner', limitUsd: 3, isSpent: false })
  })

  test('a run that goes on reserves what it has spent and may still cost, while that leaves something and it has not ended', async () => {
    const budgets = { dailyUsdPerOwner: 3 }
    const mine = claimOf()
    await claimWithin(db(), mine, budgets)
    const reserved = async () => {
      const [row] = await db().select().from(run).where(eq(run.id, mine.id))
      return row?.budgetUsd
    }
    const goOn = (spentUsd: number) => reserveBudget(db(), budgets, { id: mine.id, spentUsd, nextUsd: 0.5 })
    expect(await goOn(1.5)).toBe(true)
    expect(await reserved()).toBe(2)
    // Another run counts with the most that it can cost.
    await claimWithin(db(), claimOf(), budgets)
    await goOn(1.999999)
    await expect(goOn(2)).rejects.toMatchObject({ budget: 'owner', isSpent: false })
    await expect(goOn(3)).rejects.toMatchObject({ budget: 'owner', isSpent: true })
    expect(await reserved()).toBe(2.499999)
    await endRun(db(), mine.id, endOf(1))
    expect(await goOn(0)).toBe(false)
    expect(await reserved()).toBe(1)
  })

  test('the end of a run replaces what was reserved for it by its cost', async () => {
    const budgets = { dailyUsd: 2, dailyUsdPerOwner: 2 }
    const big = claimOf({ maxCostUsd: 2 })
    await claimWithin(db(), big, budgets)
    await expect(claimWithin(db(), claimOf(), budgets)).rejects.toMatchObject({
      budget: 'owner',
      isSpent: false,
    })
    await endRun(db(), big.id, endOf(0.000001))
    await claimWithin(db(), claimOf({ maxCostUsd: 1.999998 }), budgets)
    // A millionth is left.
    await claimWithin(db(), claimOf({ maxCostUsd: 0.000001 }), budgets)
    await expect(claimWithin(db(), claimOf(), budgets)).rejects.toMatchObject({ isSpent: false })
    await spend(2, 'eve')
    await expect(claimWithin(db(), claimOf({ owner: 'bob' }), budgets)).rejects.toMatchObject({
      budget: 'server',
      isSpent: true,
    })
  })

  test('a run that is claimed again is found, also when the budget is used up by it', async () => {
    const claim = claimOf({ maxCostUsd: 5 })
    await claimWithin(db(), claim, { dailyUsd: 1 })
    expect(await claimWithin(db(), claim, { dailyUsd: 1 })).toMatchObject({
      claimed: false,
      run: { id: claim.id },
    })
  })

  test('a refused claim leaves nothing of the transaction that it is in', async () => {
    await spend(2)
    const whole = db().transaction(async (tx) => {
      await claimRun(tx, claimOf({ id: 'first' }))
      await claimWithin(tx, claimOf(), { dailyUsd: 1 })
    })
    await expect(whole).rejects.toBeInstanceOf(BudgetError)
    expect(await rows()).toBe(1)
  })

  test('a day begins at 00:00 UTC: what ended a microsecond earlier does not count', async () => {
    const midnight = sql`date_trunc('day', now(), 'UTC')`
    await spend(5, 'ada', sql`${midnight} - interval '1 microsecond'`)
    expect(await readSpentToday(db())).toBe(0)
    await claimWithin(db(), claimOf({ maxCostUsd: 0 }), { dailyUsd: 1 })
    await spend(1, 'ada', midnight)
    expect(await readSpentToday(db())).toBe(1)
    await expect(claimWithin(db(), claimOf(), { dailyUsd: 1 })).rejects.toMatchObject({ isSpent: true })
    // A run that goes on over midnight is still reserved.
    await db().execute(sql`delete from run where ended_at is not null`)
    await claimWithin(db(), claimOf({ id: 'long' }), {})
    await db().execute(sql`update run set started_at = now() - interval '2 days' where id = 'long'`)
    await expect(claimWithin(db(), claimOf(), { dailyUsd: 1 })).rejects.toMatchObject({ isSpent: false })
  })

  test('usage and cost of an owner are summed by day', async () => {
    await spend(0.25)
    await spend(0.5)
    await spend(3, 'eve')
    await spend(1, 'ada', sql`now() - interval '1 day'`)
    await claimRun(db(), claimOf())
    const [today, yesterday, ...rest] = await readUsage(db(), 'ada')
    expect(today).toEqual({
      day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      runs: 2,
      inputTokens: 20,
      outputTokens: 40,
      cacheReadTokens: 60,
      cacheWriteTokens: 80,
      costUsd: 0.75,
      budgetUsd: 0.75,
    })
    expect(yesterday).toMatchObject({ runs: 1, costUsd: 1 })
    expect(rest).toEqual([])
  })

  test('an account takes over what a guest has, once or twice, and the guest has nothing left', async () => {
    const [one, two] = [guestOwner('1'), guestOwner('2')]
    const shot = await spend(1, one)
    const mine = await converse(one)
    const others = await converse(two, 1)
    expect(new Set(await adoptOwner(db(), { from: one, to: 'ada' }))).toEqual(new Set([shot, mine.runId]))
    expect(await adoptOwner(db(), { from: one, to: 'ada' })).toEqual([])
    for (const id of [shot, mine.runId]) {
      expect(await readRun(db(), 'ada', id)).toMatchObject({ id })
      expect(await readRun(db(), one, id)).toBeUndefined()
    }
    expect([await listed('ada'), await listed(one)]).toEqual([[mine.conversationId], []])
    expect([await readUsage(db(), one), (await readUsage(db(), 'ada'))[0]?.costUsd]).toEqual([[], 1])
    expect(await listed(two)).toEqual([others.conversationId])
    expect(await db().select({ owner: guest.owner }).from(guest)).toEqual([{ owner: two }])
  })

  test('deleting an owner’s content keeps claims and costs, and ends what goes on', async () => {
    const shot = await spend(1)
    const [ended, live] = [await converse('ada', 2), await converse('ada')]
    const others = await converse('eve', 1)
    expect(await deleteOwnerContent(db(), { owner: 'ada', end: STOPPED })).toEqual([live.runId])
    expect(await listed('ada')).toEqual([])
    for (const { conversationId } of [ended, live])
      expect(await readMessages(db(), conversationId)).toEqual([])
    for (const id of [shot, ended.runId, live.runId]) {
      expect(await readRun(db(), 'ada', id)).toBeUndefined()
      expect(await readRunState(db(), 'ada', id)).toBeUndefined()
      expect(await remains(id)).toMatchObject(CLEARED)
    }
    // The process that still writes it is told of the end that counts, and stores nothing.
    expect(await endRun(db(), live.runId, endOf(3))).toBe(STOPPED)
    expect(await remains(live.runId)).toMatchObject({ ...CLEARED, budgetUsd: 1 })
    const again = await claimRun(db(), claimOf({ id: ended.runId }))
    expect(again).toMatchObject({ claimed: false, run: { owner: 'ada', end: END } })
    expect((await readUsage(db(), 'ada'))[0]).toMatchObject({ runs: 3, costUsd: 3, budgetUsd: 4 })
    expect(await readRun(db(), 'eve', others.runId)).toMatchObject({ log: '[1]' })
    expect(await listed('eve')).toEqual([others.conversationId])
  })

  const RETENTION = { logHours: 24, hiddenS: 600, unusedFileHours: 24, runDays: 35, guestDays: 90 }
  const ago = (time: string) => sql`now() - ${time}::interval`

  test('a sweep clears runs without a conversation after a day, and removes them 35 days later', async () => {
    const [fresh, old] = [await spend(1, 'ada', ago('23 hours')), await spend(1, 'ada', ago('25 hours'))]
    const expired = await spend(1)
    await db()
      .update(run)
      .set({ log: null, clearedAt: ago('35 days 1 hour') })
      .where(eq(run.id, expired))
    const live = claimOf()
    await claimRun(db(), live)
    await db()
      .update(run)
      .set({ startedAt: ago('80 days') })
      .where(eq(run.id, live.id))
    const kept = await converse('ada', 1)
    await db()
      .update(run)
      .set({ endedAt: ago('400 days') })
      .where(eq(run.id, kept.runId))
    await sweep(db(), RETENTION, { end: STOPPED })
    expect(await readRun(db(), 'ada', fresh)).toMatchObject({ log: '[1]' })
    expect(await readRun(db(), 'ada', live.id)).toMatchObject({ end: null })
    expect(await remains(old)).toMatchObject({ ...CLEARED, end: END, costUsd: 1 })
    expect(await remains(expired)).toBeUndefined()
    // An answer is kept as long as its conversation.
    expect(await remains(kept.runId)).toMatchObject({ log: '[1]', steps: 1 })
  })

  test('a sweep deletes conversations that were removed longer ago than they can be restored', async () => {
    const [kept, recent, ended, live] = [
      await converse('ada', 1),
      await converse('ada', 1),
      await converse('ada', 1),
      await converse('ada'),
    ]
    for (const { conversationId } of [recent, ended, live])
      await hideConversation(db(), 'ada', conversationId)
    for (const { conversationId } of [ended, live])
      await db()
        .update(conversation)
        .set({ hiddenAt: ago('601 seconds') })
        .where(eq(conversation.id, conversationId))
    await sweep(db(), RETENTION, { end: STOPPED })
    const restore = { id: recent.conversationId, withinS: 600 }
    expect(await restoreConversation(db(), 'ada', restore)).toBe(true)
    expect(new Set(await listed('ada'))).toEqual(new Set([kept.conversationId, recent.conversationId]))
    expect(await readRun(db(), 'ada', recent.runId)).toMatchObject({ log: '[1]' })
    expect(await remains(ended.runId)).toMatchObject({ ...CLEARED, end: END, costUsd: 1 })
    expect(await remains(live.runId)).toMatchObject({ ...CLEARED, end: STOPPED, budgetUsd: 1 })
    expect(await db().select({ id: message.id }).from(message)).toHaveLength(4)
  })

  test('a sweep deletes what guests have who neither came back nor asked for 90 days, and no account’s', async () => {
    const [gone, back, asked] = [guestOwner('gone'), guestOwner('back'), guestOwner('asked')]
    for (const owner of [gone, back, asked, 'ada']) await converse(owner, 1)
    await db()
      .update(run)
      .set({ startedAt: ago('91 days'), endedAt: ago('91 days') })
    await db()
      .update(guest)
      .set({ seenAt: ago('91 days') })
    await seeGuest(db(), back)
    await converse(asked)
    await sweep(db(), RETENTION, { end: STOPPED })
    const left = await Promise.all(
      [gone, back, asked, 'ada'].map(async (owner) => (await listed(owner)).length),
    )
    expect(left).toEqual([0, 1, 2, 1])
  })

  test('a sweep deletes all that is due, in however many batches', async () => {
    for (let i = 0; i < 250; i++) await claimRun(db(), claimOf())
    await db()
      .update(run)
      .set({ end: END, endedAt: ago('25 hours') })
    await sweep(db(), RETENTION, { end: STOPPED })
    expect(
      await db()
        .select({ id: run.id })
        .from(run)
        .where(sql`log is not null`),
    ).toEqual([])
    await db()
      .update(run)
      .set({ clearedAt: ago('36 days') })
    await sweep(db(), RETENTION, { end: STOPPED })
    expect(await rows()).toBe(0)
  })
})

const why = whyNoPostgres()
test.skipIf(why !== undefined)(
  `several processes on one Postgres keep one budget, and sweep one at a time${why ? ` (skipped: ${why})` : ''}`,
  async () => {
    const url = await createTestDatabase()
    const databases = await Promise.all([openDatabase(url), openDatabase(url), openDatabase(url)])
    const dbs = databases.map(({ db }) => db)
    const [one, other] = dbs as [Db, Db]
    const refusals = await claimMany(dbs, 150, { dailyUsd: 10, dailyUsdPerOwner: 4 }, (i) => ({
      owner: `o${i % 2}`,
    }))
    expect(refusals).toHaveLength(142)
    const [sum] = await one.select({ usd: sql`sum(budget_usd)`.mapWith(Number) }).from(run)
    expect(sum?.usd).toBe(8)

    await one.update(run).set({ end: END, endedAt: sql`now() - interval '2 days'` })
    const cleared = async () =>
      (
        await one
          .select({ id: run.id })
          .from(run)
          .where(sql`log is null`)
      ).length
    const sweepNow = () =>
      sweep(other, { logHours: 24, hiddenS: 1, unusedFileHours: 1, runDays: 1, guestDays: 1 }, { end: END })
    await one.transaction(async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(${LOCKS.sweep}::bigint)`)
      await sweepNow()
    })
    expect(await cleared()).toBe(0)
    await sweepNow()
    expect(await cleared()).toBe(8)
    for (const database of databases) await database.close()
  },
)

test.skipIf(why !== undefined)(
  `an owner with more runs than a query takes values can delete them${why ? ` (skipped: ${why})` : ''}`,
  async () => {
    const { db, close } = await openDatabase(await createTestDatabase())
    await db.execute(sql`
      insert into run (id, owner, instance, model, "end", ended_at)
      select n, 'ada', 'one', 'm', '"end"', now() from generate_series(1, 66000) n`)
    expect(await deleteOwnerContent(db, { owner: 'ada', end: STOPPED })).toEqual([])
    const { rows }: any = await db.execute(sql`select id from run where log is not null`)
    expect(rows).toEqual([])
    await close()
  },
)
