import { setTimeout as sleep } from 'node:timers/promises'
import {
  beat,
  BudgetError,
  type Database,
  DatabaseError,
  type Db,
  endRunsOfDead,
  openDatabase,
  removeInstances,
} from '@sluice/db'
import { INTERRUPTED, RunsError, within } from '@sluice/runs'
import { TRPCError } from '@trpc/server'
import type { FastifyBaseLogger } from 'fastify'

export interface ServerDatabaseOptions {
  /** See {@link openDatabase}. */
  readonly url: string
  /** Names this process among those that use the database. */
  readonly instance: string
  readonly logger: FastifyBaseLogger
  /** Default: {@link openDatabase}. */
  readonly open?: typeof openDatabase | undefined
  /** Processes that are known to be alive, although their beats do not arrive. Default: none. */
  readonly alive?: (() => readonly string[]) | undefined
  /** Called once when it is open. */
  readonly onOpen?: ((db: Db) => void) | undefined
  /** The time between two signs of life, in ms. Default: 5000. */
  readonly beatMs?: number | undefined
}

/** The database of a server, which answers requests before it is open. */
export interface ServerDatabase {
  readonly isOpen: boolean
  /**
   * Opens it, again and again until that succeeds or it is closed.
   *
   * @throws {DatabaseError} `newer`, because trying again would not help.
   */
  open(): Promise<void>
  /** Waits for the opening. @throws {RunsError} `unavailable` after 14 s. */
  ready(): Promise<Db>
  /**
   * Runs queries, and logs what the database refuses.
   *
   * @throws {RunsError} `unavailable` in place of an error of the database; whatever else `run` throws, as it is.
   */
  query<T>(run: (db: Db) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** ms. A page gives up a request after 15 s. */
const READY_MS = 14_000
/** ms, between two attempts to open. */
const REOPEN_MS = 1000
/** ms. */
const BEAT_MS = 5000
/** Seconds without a beat after which a process counts as dead. */
const DEAD_AFTER_S = 30
/** Own beats to store, 30 s of them, before others without beats are taken for dead. */
const BEATS_TO_JUDGE = 6

/**
 * Opens the database in the background. When it is open, it ends the runs of processes that have died.
 *
 * An embedded database has one process, so all others are dead when it opens. On a Postgres server, each process writes
 * a beat every 5 s and counts as dead after 30 s without one. After an outage of the database all beats are old, so a
 * process looks for dead ones only once its own beats have been stored for 30 s. With Redis, most are found there before.
 */
export function createServerDatabase(options: ServerDatabaseOptions): ServerDatabase {
  const { url, instance, logger, open = openDatabase, alive, beatMs = BEAT_MS } = options
  const closing = new AbortController()
  let database: Database | undefined
  let opening: Promise<void> | undefined
  let nextBeat: NodeJS.Timeout | undefined
  let beats = 0

  async function openOnce(): Promise<void> {
    const opened = await open(url, {
      onProgress: (message) => logger.info(message),
      onConnectionError: (error) => logger.warn({ err: error }, 'a connection to the database was lost'),
    })
    try {
      if (opened.embedded) {
        await removeInstances(opened.db)
        await endDeadRuns(opened.db)
      } else await beat(opened.db, instance)
    } catch (error) {
      await opened.close()
      throw error
    }
    database = opened
    logger.info({ embedded: opened.embedded }, 'the database is open')
    options.onOpen?.(opened.db)
    if (!opened.embedded) beatLater(opened.db)
  }

  async function openUntilOpen(): Promise<void> {
    while (database === undefined && !closing.signal.aborted) {
      try {
        await openOnce()
      } catch (error) {
        if (error instanceof DatabaseError && error.code === 'newer') {
          logger.error({ err: error }, 'the database cannot be opened')
          throw error
        }
        logger.error({ err: causeOf(error) }, 'the database cannot be opened; trying again')
        await sleep(REOPEN_MS, undefined, { signal: closing.signal }).catch(() => {})
      }
    }
  }

  function beatLater(db: Db): void {
    if (closing.signal.aborted) return
    nextBeat = setTimeout(() => void beatNow(db).finally(() => beatLater(db)), beatMs)
    nextBeat.unref()
  }

  async function beatNow(db: Db): Promise<void> {
    try {
      await beat(db, instance)
      beats += 1
      if (beats >= BEATS_TO_JUDGE) await endDeadRuns(db)
    } catch (error) {
      beats = 0
      logger.warn({ err: causeOf(error) }, 'a beat could not be stored')
    }
  }

  async function endDeadRuns(db: Db): Promise<void> {
    const ended = await endRunsOfDead(db, {
      end: JSON.stringify(INTERRUPTED),
      deadAfterS: DEAD_AFTER_S,
      alive: alive?.() ?? [],
    })
    if (ended.length > 0) logger.warn({ runIds: ended }, 'ended the runs of a process that died')
  }

  async function ready(): Promise<Db> {
    if (opening && database === undefined) await within(READY_MS, opening).catch(() => {})
    if (database === undefined)
      throw new RunsError('unavailable', 'The database is not open yet; try again in a moment.')
    return database.db
  }

  return {
    get isOpen() {
      return database !== undefined
    },
    open: () => (opening ??= openUntilOpen()),
    ready,
    async query(run) {
      try {
        return await run(await ready())
      } catch (error) {
        if (error instanceof RunsError || error instanceof TRPCError || error instanceof BudgetError)
          throw error
        logger.error({ err: causeOf(error) }, 'the database failed')
        throw new RunsError('unavailable', 'The database cannot be reached; try again in a moment.')
      }
    },
    async close() {
      closing.abort()
      clearTimeout(nextBeat)
      await opening?.catch(() => {})
      if (database === undefined) return
      await removeInstances(database.db, instance).catch(() => {})
      await database.close()
    },
  }
}

/** The cause of a database error, to be logged. The error itself quotes every value of the query, even a whole answer. */
export function causeOf(error: unknown): unknown {
  if (!(error instanceof Error && error.cause !== undefined)) return error
  // The embedded database's errors have the values too.
  return error.cause instanceof Error ? Object.assign(error.cause, { params: undefined }) : error.cause
}
