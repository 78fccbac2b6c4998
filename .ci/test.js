/**
 * `pnpm test`: Turborepo with the version of Node in the environment, where turbo.json makes it a part of the cache's
 * keys. By itself it would take what passed on one version for another.
 */
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'

const turbo = createRequire(import.meta.url).resolve('turbo/bin/turbo')
const { status } = spawnSync(
  process.execPath,
  [turbo, 'run', 'test', '--concurrency=2', ...process.argv.slice(2)],
  { stdio: 'inherit', env: { ...process.env, NODE_VERSION: process.version } },
)
process.exitCode = status ?? 1
