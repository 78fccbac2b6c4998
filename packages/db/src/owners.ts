import { eq, sql } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import { clearRuns, lockRuns } from './clear-runs.ts'
import type { Db } from './db.ts'
import { attachment, conversation, guest, note, run } from './schema.ts'

/**
 * The tables of what owners have, each with a column `owner`. A new one is handed over and deleted with the others once
 * it is listed here. Rows that hang on such a row, as messages on a conversation, go with it.
 */
const CONTENT: readonly PgTable[] = [conversation, attachment, note]

/**
 * Gives everything that one owner has to another, in one transaction. Repeating it does no harm.
 *
 * @returns the ids of the runs that changed hands.
 */
export async function adoptOwner(db: Db, { from, to }: { from: string; to: string }): Promise<string[]> {
  return db.transaction(async (tx) => {
    // First: it waits for a start of the guest's that is being claimed, which is then adopted too.
    await tx.delete(guest).where(eq(guest.owner, from))
    const runs = await tx.update(run).set({ owner: to }).where(eq(run.owner, from)).returning({ id: run.id })
    for (const table of CONTENT) {
      await tx.execute(sql`update ${table} set owner = ${to} where owner = ${from}`)
    }
    return runs.map(({ id }) => id)
  })
}

/**
 * Deletes what an owner has asked and was answered, in one transaction. See {@link clearRuns} for what stays.
 *
 * @param end the terminal event for runs that have none, as JSON text.
 * @returns the ids of the runs that had none.
 */
export async function deleteOwnerContent(
  db: Db,
  { owner, end }: { owner: string; end: string },
): Promise<string[]> {
  return db.transaction(async (tx) => {
    // First, as in `adoptOwner`.
    await tx.delete(guest).where(eq(guest.owner, owner))
    const isTheirs = eq(run.owner, owner)
    await lockRuns(tx, isTheirs)
    for (const table of CONTENT) await tx.execute(sql`delete from ${table} where owner = ${owner}`)
    return clearRuns(tx, isTheirs, end)
  })
}
