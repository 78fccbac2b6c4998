import { endRun, readRun, readUnfinishedRuns, removeInstances } from '@sluice/db'
import { extent, isTerminal, type RunEvent } from '@sluice/events'
import { INTERRUPTED } from '@sluice/runs'
import type { RedisLiveStore } from '@sluice/runs-redis'
import type { FastifyBaseLogger } from 'fastify'
import type { ServerDatabase } from './database.ts'
import { endRow } from './run-rows.ts'

interface Parts {
  readonly database: Pick<ServerDatabase, 'query'>
  readonly store: Pick<RedisLiveStore, 'seal'>
  readonly logger: FastifyBaseLogger
}

/**
 * Ends the runs of an instance that has died, with the text that Redis has, and forgets the instance. Each run is taken
 * away from it first, so that it cannot add to the run if it was only silent.
 *
 * @throws {RunsError} `unavailable`: call it again.
 */
export async function endRunsOf(dead: string, { database, store, logger }: Parts): Promise<void> {
  const runs = await database.query((db) => readUnfinishedRuns(db, dead))
  for (const { id, owner } of runs) {
    const shared = await store.seal(id, dead)
    await database.query(async (db) => {
      const run = await readRun(db, owner, id)
      if (run) await endRun(db, id, rowOfDead(longerOf(shared, JSON.parse(run.log))))
    })
  }
  const runIds = runs.map(({ id }) => id)
  if (runIds.length > 0) logger.warn({ runIds }, 'ended the runs of a process that died')
  await database.query((db) => removeInstances(db, dead))
}

function rowOfDead(events: readonly RunEvent[]) {
  const last = events.at(-1)
  // It had ended, but that was not stored.
  if (last && isTerminal(last)) return endRow(events.slice(0, -1), last)
  // What it has cost is not known.
  return { ...endRow(events, INTERRUPTED), budgetUsd: 'reserved' as const }
}

/** Of two beginnings of a log: a step is stored at once, other text only in Redis, a little later. */
function longerOf(a: readonly RunEvent[], b: readonly RunEvent[]): readonly RunEvent[] {
  return endOf(a) >= endOf(b) ? a : b
}

function endOf(events: readonly RunEvent[]): number {
  return events.reduce((position, event) => position + extent(event), 0)
}
