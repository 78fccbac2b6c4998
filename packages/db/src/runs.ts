import { and, eq, isNotNull, isNull, notInArray, sql } from 'drizzle-orm'
import type { Db } from './db.ts'
import { seeGuest } from './guests.ts'
import { instance, message, run, step } from './schema.ts'

export interface RunClaim {
  /** A UUID that the client chose. */
  readonly id: string
  readonly owner: string
  /** The process that is going to write the run. */
  readonly instance: string
  readonly model: string
  /** The message that it writes. Default: none, it is not part of a conversation. */
  readonly answerId?: string | undefined
  readonly system?: string | undefined
  /** JSON text: the tools that it may call. Default: none. */
  readonly tools?: string | undefined
  /** JSON text: the rest of how it is asked for. */
  readonly settings?: string | undefined
  /** How many of the conversation's oldest messages are not sent. Default: 0. */
  readonly leftOut?: number | undefined
  /** The most that the run can cost, in US dollars. It counts towards the budgets until the run has ended. Default: 0. */
  readonly maxCostUsd?: number | undefined
}

export interface StoredRun extends Pick<RunClaim, 'id' | 'owner' | 'instance' | 'model'> {
  /** JSON text: the events stored so far, without the terminal one. */
  readonly log: string
  /** JSON text: the terminal event; null until the run has ended. */
  readonly end: string | null
}

/** One call to Claude. */
export interface Step {
  /** The model that answered. */
  readonly model: string
  /** JSON text: the blocks as Claude sent them. */
  readonly content: string
  readonly stopReason: string | null
  /** JSON text. */
  readonly usage: string | null
  /** US dollars; null where the price is not known. */
  readonly costUsd: number | null
  /** Anthropic's id of the request. */
  readonly requestId: string | null
}

export interface RunEnd {
  readonly log: string
  readonly end: string
  /** US dollars; null where the price is not known. */
  readonly costUsd: number | null
  /**
   * What the run counts towards the budgets, in US dollars; or what was `reserved` for it. Default: its cost, or nothing.
   */
  readonly budgetUsd?: number | 'reserved' | undefined
  /** JSON text: the token counts of `end`. Default: null, it has none. */
  readonly usage?: string | null | undefined
  /** The calls to Claude that follow those that are stored, in their order. Default: none. */
  readonly steps?: readonly Step[]
  /** Its text, for the search. Without NUL, which Postgres refuses. */
  readonly words?: string
}

/** What a claim needs to know of the one that was made. */
export type ClaimedRun = Omit<StoredRun, 'log'>

/**
 * Claims a run id, and reserves what the run can cost. Of any number of claims of one id, in any number of processes,
 * one is made.
 *
 * @returns the run as it is stored, and whether this call claimed it: check its owner.
 */
export async function claimRun(db: Db, claim: RunClaim): Promise<{ claimed: boolean; run: ClaimedRun }> {
  const { maxCostUsd = 0, ...row } = claim
  const [claimed] = await db
    .insert(run)
    .values({ ...row, budgetUsd: maxCostUsd })
    .onConflictDoNothing()
    .returning(CLAIMED)
  if (claimed) {
    await seeGuest(db, claim.owner)
    return { claimed: true, run: claimed }
  }
  const [earlier] = await db.select(CLAIMED).from(run).where(eq(run.id, claim.id))
  // The row was removed between the two: its id is free again.
  if (!earlier) return claimRun(db, claim)
  return { claimed: false, run: earlier }
}

/** Undefined when there is none, what it said was deleted, or it is another owner's. */
export async function readRun(db: Db, owner: string, id: string): Promise<StoredRun | undefined> {
  const [found] = await db
    .select({ ...CLAIMED, log: sql<string>`${run.log}` })
    .from(run)
    .where(and(eq(run.id, id), eq(run.owner, owner), isNotNull(run.log)))
  return found
}

/** As {@link readRun}, without what was written: that can be megabytes. */
export async function readRunState(
  db: Db,
  owner: string,
  id: string,
): Promise<{ instance: string; ended: boolean } | undefined> {
  const [found] = await db
    .select({ instance: run.instance, ended: sql<boolean>`${run.end} is not null` })
    .from(run)
    .where(and(eq(run.id, id), eq(run.owner, owner), isNotNull(run.log)))
  return found
}

/** Stores what has been written so far of a run that goes on. Does nothing once it has ended. */
export async function saveLog(db: Db, id: string, log: string): Promise<void> {
  await db
    .update(run)
    .set({ log })
    .where(and(eq(run.id, id), isNull(run.end)))
}

/**
 * Adds calls to Claude after those that a run has. One that is there is not added again: the caller may not have heard
 * that it was stored.
 *
 * @returns the numbers of those that are added, from 0.
 */
export async function addSteps(tx: Db, runId: string, steps: readonly Step[]): Promise<number[]> {
  if (steps.length === 0) return []
  // The number of rows as they were before the statement.
  const before = sql`(select count(*) from ${step} where ${step.runId} = ${runId})::int`
  const rows = steps.map((one, i) => ({ ...one, runId, number: sql`${before} + ${i}::int` }))
  const added = await tx.insert(step).values(rows).onConflictDoNothing().returning({ number: step.number })
  return added.map(({ number }) => number)
}

/**
 * Ends a run, unless it has an end already: the first one stays.
 *
 * @returns the terminal event that counts, as JSON text; undefined when there is no such run.
 */
export async function endRun(
  db: Db,
  id: string,
  { steps = [], words = '', ...row }: RunEnd,
): Promise<string | undefined> {
  const { end, costUsd, budgetUsd = costUsd ?? 0 } = row
  const ended = await db.transaction(async (tx) => {
    const [updated] = await tx
      .update(run)
      .set({ ...row, budgetUsd: budgetUsd === 'reserved' ? undefined : budgetUsd, endedAt: sql`now()` })
      .where(and(eq(run.id, id), isNull(run.end)))
      .returning({ answerId: run.answerId })
    if (updated === undefined) return false
    await addSteps(tx, id, steps)
    if (updated.answerId !== null) {
      await tx
        .update(message)
        .set({ words: sql`concat_ws(E'\\n\\n', nullif(${message.words}, ''), nullif(${words}::text, ''))` })
        .where(eq(message.id, updated.answerId))
    }
    return true
  })
  if (ended) return end
  const [earlier] = await db.select({ end: run.end }).from(run).where(eq(run.id, id))
  return earlier?.end ?? undefined
}

/** The runs of a process that have not ended. */
export async function readUnfinishedRuns(
  db: Db,
  instanceId: string,
): Promise<{ id: string; owner: string }[]> {
  return db
    .select({ id: run.id, owner: run.owner })
    .from(run)
    .where(and(eq(run.instance, instanceId), isNull(run.end)))
}

/**
 * Ends the runs of processes that are dead: those that did not {@link beat} for `deadAfterS` seconds. They still count
 * towards the budgets with the most that they can cost.
 *
 * @param end the terminal event, as JSON text.
 * @param alive processes that are known to be alive, whenever they did beat. Default: none.
 * @returns the ids of the runs that it ended.
 */
export async function endRunsOfDead(
  db: Db,
  { end, deadAfterS, alive = [] }: { end: string; deadAfterS: number; alive?: readonly string[] },
): Promise<string[]> {
  // By the database's clock alone.
  const isAlive = sql`${instance.beatAt} > now() - make_interval(secs => ${deadAfterS})`
  const ended = await db
    .update(run)
    .set({ end, endedAt: sql`now()` })
    .where(
      and(
        isNull(run.end),
        notInArray(run.instance, db.select({ id: instance.id }).from(instance).where(isAlive)),
        notInArray(run.instance, [...alive]),
      ),
    )
    .returning({ id: run.id })
  await db.delete(instance).where(sql`not (${isAlive})`)
  return ended.map(({ id }) => id)
}

const CLAIMED = { id: run.id, owner: run.owner, instance: run.instance, model: run.model, end: run.end }
