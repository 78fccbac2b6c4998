import { eq, sql } from 'drizzle-orm'
import type { Db } from './db.ts'
import { instance } from './schema.ts'

/** Says that a process is alive now, by the database's clock. */
export async function beat(db: Db, id: string): Promise<void> {
  await db
    .insert(instance)
    .values({ id })
    .onConflictDoUpdate({ target: instance.id, set: { beatAt: sql`now()` } })
}

/** Forgets one process, which has ended its runs; or all of them, where the caller is the only one. */
export async function removeInstances(db: Db, id?: string): Promise<void> {
  await db.delete(instance).where(id === undefined ? undefined : eq(instance.id, id))
}
