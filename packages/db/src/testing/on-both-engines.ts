import { afterAll, beforeAll, describe } from 'vitest'
import type { Db } from '../db.ts'
import { type Database, openDatabase } from '../open-database.ts'
import { openMemoryDatabase } from './open-memory-database.ts'
import { createTestDatabase, whyNoPostgres } from './test-database.ts'

const ENGINES = [
  { engine: 'PGlite', open: () => openMemoryDatabase(), skip: undefined },
  { engine: 'Postgres', open: async () => openDatabase(await createTestDatabase()), skip: whyNoPostgres() },
]

/** Defines the same tests for an embedded database and for a real one. */
export function onBothEngines(define: (db: () => Db) => void): void {
  for (const { engine, open, skip } of ENGINES) {
    describe.skipIf(skip !== undefined)(`${engine}${skip === undefined ? '' : ` (skipped: ${skip})`}`, () => {
      let database: Database
      beforeAll(async () => {
        database = await open()
      })
      afterAll(() => database.close())
      define(() => database.db)
    })
  }
}
