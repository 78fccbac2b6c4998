import { type Db, type Retention, sweep } from '@sluice/db'
import { STOPPED } from '@sluice/runs'
import type { FastifyBaseLogger } from 'fastify'
import { RESTORE_WITHIN_S } from './conversations.ts'
import { causeOf } from './database.ts'
import { GUEST_DAYS } from './owner.ts'

/** How long things are kept. */
const RETENTION: Retention = {
  logHours: 24,
  hiddenS: RESTORE_WITHIN_S,
  unusedFileHours: 24,
  runDays: 35,
  guestDays: GUEST_DAYS,
}

/** ms, between two sweeps; up to twice that, so that several processes do not keep in step. */
const SWEEP_MS = 10 * 60 * 1000

export interface Sweeper {
  /** Sweeps now and about every quarter of an hour. */
  start(db: Db): void
  /** Ends a sweep that is in progress. */
  close(): Promise<void>
}

/** Deletes what the database has kept long enough. Of several processes, one at a time does it. */
export function createSweeper({ logger }: { logger: FastifyBaseLogger }): Sweeper {
  let next: NodeJS.Timeout | undefined
  let sweeping: Promise<void> | undefined
  const closing = new AbortController()

  async function sweepNow(db: Db): Promise<void> {
    try {
      await sweep(db, RETENTION, { end: JSON.stringify(STOPPED), signal: closing.signal })
    } catch (error) {
      logger.warn({ err: causeOf(error) }, 'old data could not be deleted; trying again later')
    }
    if (closing.signal.aborted) return
    next = setTimeout(() => start(db), SWEEP_MS * (1 + Math.random())).unref()
  }

  function start(db: Db): void {
    if (!closing.signal.aborted) sweeping = sweepNow(db)
  }

  return {
    start,
    async close() {
      closing.abort()
      clearTimeout(next)
      await sweeping
    },
  }
}
