import { and, eq, gte, isNull, ne, or, type SQL, sql } from 'drizzle-orm'
import type { Db } from './db.ts'
import { LOCKS } from './locks.ts'
import { run } from './schema.ts'

/**
 * What the runs of one day may cost, in US dollars. A day begins at 00:00 UTC by the database's clock, and a run counts
 * for the day on which it ends. Without a limit nothing is checked.
 */
export interface Budgets {
  /** Of all owners together. */
  readonly dailyUsd?: number | undefined
  readonly dailyUsdPerOwner?: number | undefined
}

/** A budget has nothing left. */
export class BudgetError extends Error {
  override readonly name = 'BudgetError'
  readonly budget: 'owner' | 'server'
  readonly limitUsd: number
  /** Whether ended runs alone have used it up. If not, some of it may be free again when unfinished runs end. */
  readonly isSpent: boolean

  constructor(budget: 'owner' | 'server', limitUsd: number, isSpent: boolean) {
    super(`The daily budget of ${limitUsd} US dollars (${budget}) has nothing left.`)
    this.budget = budget
    this.limitUsd = limitUsd
    this.isSpent = isSpent
  }
}

const TODAY = sql`date_trunc('day', now(), 'UTC')`

/**
 * Checks that something is left without what this run may still cost, so that a small budget allows a run too. Budgets
 * are therefore exceeded by less than the cost of one call to Claude, however many start at once.
 *
 * Call it in the transaction that claims the run or raises what it can cost, as its last query: from here to the commit, other processes wait.
 *
 * @throws {BudgetError}
 */
export async function requireBudget(
  tx: Db,
  { dailyUsd = Infinity, dailyUsdPerOwner = Infinity }: Budgets,
  { id, owner, spentUsd = 0 }: { id: string; owner: string; spentUsd?: number },
): Promise<void> {
  if (dailyUsd === Infinity && dailyUsdPerOwner === Infinity) return
  // Of two that read the same sums, both would fit.
  await tx.execute(sql`select pg_advisory_xact_lock(${LOCKS.budgets}::bigint)`)
  const isOwn = eq(run.owner, owner)
  const hasEnded = sql`${run.endedAt} is not null`
  const [sums] = await tx
    .select({
      spent: sumOfBudgets(hasEnded),
      counted: sumOfBudgets(sql`true`),
      ownSpent: sumOfBudgets(sql`${isOwn} and ${hasEnded}`),
      ownCounted: sumOfBudgets(isOwn),
    })
    .from(run)
    .where(and(ne(run.id, id), or(isNull(run.endedAt), gte(run.endedAt, TODAY))))
  const { spent = 0, counted = 0, ownSpent = 0, ownCounted = 0 } = sums ?? {}
  if (ownCounted + spentUsd >= dailyUsdPerOwner) {
    throw new BudgetError('owner', dailyUsdPerOwner, ownSpent + spentUsd >= dailyUsdPerOwner)
  }
  if (counted + spentUsd >= dailyUsd) throw new BudgetError('server', dailyUsd, spent + spentUsd >= dailyUsd)
}

/**
 * Reserves what a run can cost when Claude is called again: what was spent, and the most that the call can cost. This
 * replaces what was reserved for it before.
 *
 * @returns false for a run that has ended, or is not there: it must not call Claude again.
 * @throws {BudgetError} when what was spent has left nothing.
 */
export async function reserveBudget(
  db: Db,
  budgets: Budgets,
  { id, spentUsd, nextUsd }: { id: string; spentUsd: number; nextUsd: number },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [raised] = await tx
      .update(run)
      .set({ budgetUsd: spentUsd + nextUsd })
      .where(and(eq(run.id, id), isNull(run.end)))
      .returning({ owner: run.owner })
    if (raised === undefined) return false
    await requireBudget(tx, budgets, { id, owner: raised.owner, spentUsd })
    return true
  })
}

function sumOfBudgets(condition: SQL) {
  return sql`coalesce(sum(${run.budgetUsd}) filter (where ${condition}), 0)`.mapWith(Number)
}

/** US dollars that all owners' runs have cost since 00:00 UTC, as the budgets count them. */
export async function readSpentToday(db: Db): Promise<number> {
  const [sums] = await db
    .select({ spent: sumOfBudgets(sql`true`) })
    .from(run)
    .where(gte(run.endedAt, TODAY))
  return sums?.spent ?? 0
}

/** As long as the rows of deleted answers are kept, so that every day is complete. */
const USAGE_DAYS = 35

export interface DayOfUsage {
  /** A UTC date, e.g. `2026-11-28`. */
  readonly day: string
  readonly runs: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens: number
  readonly cacheWriteTokens: number
  /** US dollars, of the runs whose price is known. */
  readonly costUsd: number
  /** US dollars that the day counts towards the owner's budget. */
  readonly budgetUsd: number
}

/**
 * What an owner's runs have used on each of the last {@link USAGE_DAYS} days, by the day on which they ended, the newest
 * first. Days without any are left out.
 */
export async function readUsage(db: Db, owner: string): Promise<DayOfUsage[]> {
  const day = sql<string>`to_char(${run.endedAt} at time zone 'UTC', 'YYYY-MM-DD')`
  return db
    .select({
      day,
      runs: sql`count(*)`.mapWith(Number),
      inputTokens: sumOfTokens('inputTokens'),
      outputTokens: sumOfTokens('outputTokens'),
      cacheReadTokens: sumOfTokens('cacheReadTokens'),
      cacheWriteTokens: sumOfTokens('cacheWriteTokens'),
      costUsd: sql`coalesce(sum(${run.costUsd}), 0)`.mapWith(Number),
      budgetUsd: sql`sum(${run.budgetUsd})`.mapWith(Number),
    })
    .from(run)
    .where(
      and(eq(run.owner, owner), gte(run.endedAt, sql`${TODAY} - make_interval(days => ${USAGE_DAYS - 1})`)),
    )
    .groupBy(sql`1`)
    .orderBy(sql`1 desc`)
}

function sumOfTokens(name: string) {
  return sql`coalesce(sum((${run.usage}::json->>${name})::bigint), 0)`.mapWith(Number)
}
