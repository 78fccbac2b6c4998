import { and, inArray, isNull, type SQL, sql } from 'drizzle-orm'
import type { Db } from './db.ts'
import { run, step } from './schema.ts'

/**
 * Locks runs until the transaction ends, so that none of them ends meanwhile. Call it before their conversations are
 * deleted: the end of a run locks its row first, and then its answer.
 */
export async function lockRuns(tx: Db, which: SQL): Promise<void> {
  await tx
    .select({ id: run.id })
    .from(run)
    .where(and(which, isNull(run.clearedAt)))
    .orderBy(run.id)
    .for('update')
}

/**
 * Deletes what was asked and answered in runs. Their rows stay, with usage and cost, for the budgets and so that a
 * repeated start is not paid again. Runs that go on are ended, so that nothing more is stored of them.
 *
 * @param end the terminal event for runs that have none, as JSON text.
 * @returns the ids of the runs that had none.
 */
export async function clearRuns(tx: Db, which: SQL, end: string): Promise<string[]> {
  const unfinished = await tx
    .update(run)
    .set({ end, endedAt: sql`now()` })
    .where(and(which, isNull(run.end)))
    .returning({ id: run.id })
  const uncleared = and(which, isNull(run.clearedAt))
  // Not by a list of their ids: a query takes 65,535 values.
  await tx.delete(step).where(inArray(step.runId, tx.select({ id: run.id }).from(run).where(uncleared)))
  await tx
    .update(run)
    .set({ log: null, system: null, tools: null, clearedAt: sql`now()` })
    .where(uncleared)
  return unfinished.map(({ id }) => id)
}
