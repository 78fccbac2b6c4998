import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createTestDatabase } from '@sluice/db/testing'
import { ONE_ADDRESS } from '../processes/one-address.ts'
import { type Remote, remote } from '../processes/rpc.ts'
import { startProcess } from '../processes/start-process.ts'
import { postgresCpuUs } from './postgres-cpu.ts'
import type { DatabaseServer } from './server.ts'

export type EngineName = 'no database' | 'PGlite' | 'Postgres'

/** A server on one kind of database. */
export interface Engine {
  readonly name: EngineName
  readonly url: string
  readonly server: Remote<DatabaseServer>
  /** Of the database's own processes, in µs. */
  readonly databaseCpuUs: () => number
  readonly stop: () => Promise<void>
}

export async function startEngine(name: EngineName, upstreamUrl: string): Promise<Engine> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'))
  const urls = {
    'no database': async () => 'pglite:none',
    PGlite: async () => `pglite:${folder}/database`,
    Postgres: () => createTestDatabase(),
  }
  const databaseUrl = await urls[name]()
  const started = await startProcess({
    name,
    script: resolve(import.meta.dirname, 'server.ts'),
    env: {
      PORT: '0',
      // Text at once: short answers then take no time but that of the processor.
      FRAME_MS: '0',
      SESSION_SECRET: 'the session secret of the benchmark',
      ANTHROPIC_API_KEY: 'bench',
      ANTHROPIC_BASE_URL: upstreamUrl,
      DATABASE_URL: databaseUrl,
      ...ONE_ADDRESS,
    },
  })
  const postgresFolder = decodeURIComponent(new URL(databaseUrl).hostname)
  return {
    name,
    url: started.url,
    server: remote<DatabaseServer>(started.child, name),
    databaseCpuUs: () => (name === 'Postgres' ? postgresCpuUs(postgresFolder) : 0),
    async stop() {
      await started.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
