import {
  adoptOwner,
  type DayOfUsage,
  deleteOwnerContent,
  readSpentToday,
  readUsage,
  seeGuest,
} from '@sluice/db'
import { type Runs, STOPPED } from '@sluice/runs'
import type { ServerDatabase } from './database.ts'
import type { DatabaseRecords } from './run-records.ts'

/** What concerns an owner as a whole. Methods @throw {RunsError} `unavailable` without the database. */
export interface Accounts {
  /** What the owner's answers have used and cost on each of the last 35 days, the newest first. */
  usage(owner: string): Promise<DayOfUsage[]>
  /**
   * Hands everything that one owner has to another, in one transaction: call it when a guest signs in. Live answers go
   * on; those that another instance writes are handed over in its memory a little later, without Redis when they have
   * ended. Calling it again does no
   * harm, and takes over what the guest has started meanwhile.
   */
  adopt(from: string, to: string): Promise<void>
  /**
   * Stops the owner's answers and deletes all conversations. Usage and cost stay for the budgets. An answer that another
   * instance writes is stopped a little later; without Redis it is not stored, and ends when its readers have left.
   */
  deleteContent(owner: string): Promise<void>
  /** A guest has come back. */
  seeGuest(owner: string): Promise<void>
  /** US dollars spent by all owners since 00:00 UTC; NaN without the database. */
  spentToday(): Promise<number>
}

interface Parts {
  readonly database: Pick<ServerDatabase, 'isOpen' | 'query'>
  readonly records: Pick<DatabaseRecords, 'settled'>
  readonly runs: Runs
}

export function createAccounts({ database, records, runs }: Parts): Accounts {
  return {
    usage: (owner) => database.query((db) => readUsage(db, owner)),
    async adopt(from, to) {
      const runIds = await database.query((db) => adoptOwner(db, { from, to }))
      await runs.adopt(runIds, to)
      await records.settled(from)
    },
    async deleteContent(owner) {
      await runs.forget(owner)
      const end = JSON.stringify(STOPPED)
      const unfinished = await database.query((db) => deleteOwnerContent(db, { owner, end }))
      // Started meanwhile.
      if (unfinished.length > 0) await runs.forget(owner)
      await records.settled(owner)
    },
    seeGuest: (owner) => database.query((db) => seeGuest(db, owner)),
    async spentToday() {
      if (!database.isOpen) return Number.NaN
      return database.query(readSpentToday).catch(() => Number.NaN)
    },
  }
}
