export { openMemoryDatabase } from './open-memory-database.ts'
export { temporaryFolder } from './temporary-folder.ts'
export { copyTestDatabase, createTestDatabase, testPostgres, whyNoPostgres } from './test-database.ts'
