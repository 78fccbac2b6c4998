import { and, eq, gt, inArray, lt, not, sql } from 'drizzle-orm'
import { authSession, authUser, authVerification } from './auth-schema.ts'
import type { Db } from './db.ts'

/** Days that an account waits for the confirmation of its address. */
const UNVERIFIED_DAYS = 7

/** Whether a session is neither revoked nor expired. */
export async function isSessionLive(db: Db, token: string): Promise<boolean> {
  const found = await db
    .select({ id: authSession.id })
    .from(authSession)
    .where(and(eq(authSession.token, token), gt(authSession.expiresAt, sql`now()`)))
  return found.length > 0
}

/** Deletes at most `limit` rows of sessions and of sign-ins that have expired. @returns how many it deleted. */
export async function deleteExpiredSessions(tx: Db, limit: number): Promise<number> {
  let count = 0
  for (const table of [authSession, authVerification]) {
    const expired = tx
      .select({ id: table.id })
      .from(table)
      .where(lt(table.expiresAt, sql`now()`))
      .limit(limit)
    const deleted = await tx.delete(table).where(inArray(table.id, expired)).returning({ id: table.id })
    count += deleted.length
  }
  return count
}

/** Deletes at most `limit` users whose address was not confirmed in a week, so that its owner may use it. They have nothing. */
export async function deleteUnverifiedUsers(tx: Db, limit: number): Promise<number> {
  const unverified = tx
    .select({ id: authUser.id })
    .from(authUser)
    .where(
      and(
        not(authUser.emailVerified),
        lt(authUser.createdAt, sql`now() - make_interval(days => ${UNVERIFIED_DAYS})`),
      ),
    )
    .limit(limit)
  const deleted = await tx
    .delete(authUser)
    .where(inArray(authUser.id, unverified))
    .returning({ id: authUser.id })
  return deleted.length
}
