import { openDatabase } from '@sluice/db'
import { createTestDatabase, openMemoryDatabase, whyNoPostgres } from '@sluice/db/testing'
import { describe } from 'vitest'
import type { TestDatabase } from './test-database.ts'

/** Defines the same tests for servers on an embedded database and on a real one. Several servers can share either. */
export function onBothEngines(define: (database: () => Promise<TestDatabase>) => void): void {
  const skip = whyNoPostgres()
  describe.skipIf(skip !== undefined)(`Postgres${skip === undefined ? '' : ` (skipped: ${skip})`}`, () => {
    define(async () => ({ url: await createTestDatabase(), open: openDatabase }))
  })
  describe('PGlite', () => {
    const open: typeof openDatabase = async (_url, options) => ({
      ...(await openMemoryDatabase(options)),
      embedded: false,
    })
    define(async () => ({ url: 'pglite:memory', open }))
  })
}
