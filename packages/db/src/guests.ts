import { sql } from 'drizzle-orm'
import type { Db } from './db.ts'
import { guest } from './schema.ts'

const GUEST = 'guest-'

/** The owner of a session cookie. The prefix tells guests from accounts. */
export function guestOwner(session: string): string {
  return GUEST + session
}

/** Records that a guest came back or asked something; does nothing for an account. */
export async function seeGuest(db: Db, owner: string): Promise<void> {
  if (!owner.startsWith(GUEST)) return
  await db
    .insert(guest)
    .values({ owner })
    .onConflictDoUpdate({ target: guest.owner, set: { seenAt: sql`now()` } })
}
