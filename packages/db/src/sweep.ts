import { and, inArray, isNull, lt, type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { deleteUnusedAttachments } from './attachments.ts'
import { deleteExpiredSessions, deleteUnverifiedUsers } from './auth-sessions.ts'
import { clearRuns, lockRuns } from './clear-runs.ts'
import type { Db } from './db.ts'
import { LOCKS } from './locks.ts'
import { deleteOwnerContent } from './owners.ts'
import { conversation, guest, message, run } from './schema.ts'

/** How long things are kept. */
export interface Retention {
  /** Hours from the end of a run without a conversation to the deletion of its log. */
  readonly logHours: number
  /** Seconds from the removal of a conversation to its deletion. */
  readonly hiddenS: number
  /** Hours that a file is kept without being used. */
  readonly unusedFileHours: number
  /** Days that the row of a run stays after its content was deleted. */
  readonly runDays: number
  /** Days without a sign of a guest until what the guest has is deleted. */
  readonly guestDays: number
}

/** Rows that a transaction deletes at most, so that other queries never wait long. */
const BATCH = 100
/** As `BATCH`, of guests or conversations, which have many rows each. */
const SMALL_BATCH = 5

/** @returns how many rows it found: 0 when none are left. */
type DeleteBatch = (tx: Db, retention: Retention, end: string) => Promise<number>

/** In this order, because each may leave something to the next ones. */
const BATCHES: readonly DeleteBatch[] = [
  clearOneShots,
  deleteHiddenConversations,
  deleteIdleGuests,
  deleteUnusedFiles,
  deleteRuns,
  (tx) => deleteExpiredSessions(tx, BATCH),
  (tx) => deleteUnverifiedUsers(tx, BATCH),
]

/**
 * Deletes what has been kept long enough, in batches. Of several processes that do so at once, one does; the others do
 * nothing.
 *
 * @param end the terminal event for deleted runs that have none, as JSON text.
 * @param signal stops it after a batch.
 */
export async function sweep(
  db: Db,
  retention: Retention,
  { end, signal }: { end: string; signal?: AbortSignal },
): Promise<void> {
  for (const deleteBatch of BATCHES) {
    for (;;) {
      if (signal?.aborted === true) return
      const found = await db.transaction(async (tx) =>
        (await isAlone(tx)) ? deleteBatch(tx, retention, end) : 0,
      )
      if (found === 0) break
    }
  }
}

async function isAlone(tx: Db): Promise<boolean> {
  const [lock] = await tx
    .select({ isOurs: sql<boolean>`pg_try_advisory_xact_lock(${LOCKS.sweep}::bigint)` })
    .from(sql`(values (1)) as one`)
  return lock?.isOurs === true
}

async function clearOneShots(tx: Db, { logHours }: Retention, end: string): Promise<number> {
  const age = sql`make_interval(hours => ${logHours})`
  const found = await tx
    .select({ id: run.id })
    .from(run)
    .where(and(isNull(run.answerId), isNull(run.clearedAt), isOlder(run.endedAt, age)))
    .limit(BATCH)
  await clearRuns(tx, inArray(run.id, idsOf(found)), end)
  return found.length
}

async function deleteHiddenConversations(tx: Db, { hiddenS }: Retention, end: string): Promise<number> {
  const found = await tx
    .select({ id: conversation.id })
    .from(conversation)
    .where(isOlder(conversation.hiddenAt, sql`make_interval(secs => ${hiddenS})`))
    .limit(SMALL_BATCH)
  const answers = tx
    .select({ id: message.id })
    .from(message)
    .where(inArray(message.conversationId, idsOf(found)))
  const theirs = inArray(run.answerId, answers)
  await lockRuns(tx, theirs)
  await clearRuns(tx, theirs, end)
  await tx.delete(conversation).where(inArray(conversation.id, idsOf(found)))
  return found.length
}

async function deleteIdleGuests(tx: Db, { guestDays }: Retention, end: string): Promise<number> {
  const found = await tx
    .select({ owner: guest.owner })
    .from(guest)
    .where(isOlder(guest.seenAt, sql`make_interval(days => ${guestDays})`))
    .limit(SMALL_BATCH)
  for (const { owner } of found) await deleteOwnerContent(tx, { owner, end })
  return found.length
}

async function deleteUnusedFiles(tx: Db, { unusedFileHours }: Retention): Promise<number> {
  return deleteUnusedAttachments(tx, { unusedHours: unusedFileHours, limit: BATCH })
}

async function deleteRuns(tx: Db, { runDays }: Retention): Promise<number> {
  const found = await tx
    .select({ id: run.id })
    .from(run)
    .where(isOlder(run.clearedAt, sql`make_interval(days => ${runDays})`))
    .limit(BATCH)
  await tx.delete(run).where(inArray(run.id, idsOf(found)))
  return found.length
}

function isOlder(column: PgColumn, age: SQL): SQL {
  return lt(column, sql`now() - ${age}`)
}

function idsOf(rows: readonly { id: string }[]): string[] {
  return rows.map(({ id }) => id)
}
