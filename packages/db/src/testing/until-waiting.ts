import { sql } from 'drizzle-orm'
import { vi } from 'vitest'
import type { Db } from '../db.ts'

/** Resolves once so many queries of this Postgres database wait for another transaction. @throws after a minute. */
export async function untilWaiting(db: Db, count = 1): Promise<void> {
  const isWaiting = async () => {
    const { rows }: any = await db.execute(
      sql`select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    )
    return rows.length === count
  }
  await vi.waitUntil(isWaiting, { interval: 20, timeout: 60_000 })
}
