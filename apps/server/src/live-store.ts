import { RunsError } from '@sluice/runs'
import type { RedisLiveStore, RedisLiveStoreOptions } from '@sluice/runs-redis'
import type { FastifyBaseLogger } from 'fastify'
import type { ServerDatabase } from './database.ts'
import { endRunsOf } from './end-runs-of.ts'

export interface LiveStoreOptions extends Pick<
  RedisLiveStoreOptions,
  'url' | 'instance' | 'runMaxMs' | 'clock'
> {
  readonly database: Pick<ServerDatabase, 'query'>
  readonly logger: FastifyBaseLogger
}

/** Redis, as a server with `REDIS_URL` uses it. */
export interface ServerLiveStore {
  readonly store: RedisLiveStore
  /**
   * Resolves when Redis has said for the first time that it evicts nothing, or does not tell; or when this is closed.
   *
   * @throws {Error} when it would evict keys: the server must not go on.
   */
  readonly checked: Promise<void>
  /** Sends a command that starts depend on. @throws {RunsError} `unavailable`, also when Redis refuses it. */
  readonly send: (...args: readonly string[]) => Promise<unknown>
  close(): Promise<void>
}

/** What a full Redis refuses, it refuses many times a second. In ms. */
const ERROR_EVERY_MS = 1000

/** Connects to Redis in the background, again and again, and logs how that goes. */
export async function createLiveStore(options: LiveStoreOptions): Promise<ServerLiveStore> {
  const { database, logger, ...rest } = options
  // Loaded only when it is used.
  const { RedisLiveStore } = await import('@sluice/runs-redis')
  let isChecked = false
  let quietUntil = 0
  let onChecked: ((error?: Error) => void) | undefined
  const checked = new Promise<void>((resolve, reject) => {
    onChecked = (error) => (error ? reject(error) : resolve())
  })
  // It has been logged.
  checked.catch(() => {})

  const store = new RedisLiveStore({
    ...rest,
    onDead: (dead) => endRunsOf(dead, { database, store, logger }),
    onUp() {
      logger.info('redis is connected')
      void checkPolicy()
    },
    onDown: (error) => logger.error({ err: error }, 'redis cannot be reached; trying again'),
    onError,
  })

  function onError(error: unknown): void {
    if (Date.now() < quietUntil) return
    quietUntil = Date.now() + ERROR_EVERY_MS
    logger.error({ err: error }, 'redis failed')
  }

  async function checkPolicy(): Promise<void> {
    const policy = await store.evictionPolicy().catch((error: unknown) => error)
    // It is gone again.
    if (policy instanceof RunsError) return
    if (typeof policy !== 'string') {
      logger.warn(policy instanceof Error ? { err: policy } : {}, 'redis does not tell its eviction policy')
    } else if (policy !== 'noeviction') {
      logger.error({ policy }, 'redis may evict live answers')
      if (!isChecked) onChecked?.(new Error(refusalOf(policy)))
    }
    isChecked = true
    onChecked?.()
  }

  return {
    store,
    checked,
    send: async (...args) => {
      try {
        return await store.send(...args)
      } catch (error) {
        if (error instanceof RunsError) throw error
        onError(error)
        throw new RunsError('unavailable', 'The live store is full or out of order; try again in a moment.', {
          cause: error,
        })
      }
    },
    async close() {
      await store.close()
      onChecked?.()
    },
  }
}

function refusalOf(policy: string): string {
  return (
    `Redis has the maxmemory-policy ${policy}, and would drop live answers when it is full. Set it with ` +
    'CONFIG SET maxmemory-policy noeviction, and in its configuration.'
  )
}
