import { openDatabase } from '@sluice/db'
import { createTestDatabase, whyNoPostgres } from '@sluice/db/testing'
import { onRedis, type RedisServer, startRedis } from '@sluice/runs-redis/testing'
import { afterAll, beforeAll, describe } from 'vitest'
import type { ServeOptions } from '../serve.ts'
import { startTestServer, type TestServer } from './start-test-server.ts'
import type { TestDatabase } from './test-database.ts'

interface Shared {
  readonly redis: RedisServer
  readonly database: TestDatabase
  /** Starts a server on both. */
  start(
    env?: Record<string, string>,
    options?: Pick<ServeOptions, 'router' | 'ownerOf' | 'tools'>,
  ): Promise<TestServer>
}

/** Defines tests of servers that share a Redis and a Postgres. Where one is not installed they are skipped. */
export function onRedisAndPostgres(define: (shared: () => Shared) => void): void {
  const skip = whyNoPostgres()
  describe.skipIf(skip !== undefined)(`Postgres${skip === undefined ? '' : ` (skipped: ${skip})`}`, () => {
    onRedis(() => {
      let redis: RedisServer
      let database: TestDatabase
      beforeAll(async () => {
        redis = await startRedis()
        database = { url: await createTestDatabase(), open: openDatabase }
      })
      afterAll(() => redis.close())
      define(() => ({
        redis,
        database,
        start: (env, options) => startTestServer({ REDIS_URL: redis.url, ...env }, { database, ...options }),
      }))
    })
  })
}
