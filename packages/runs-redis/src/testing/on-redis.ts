import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe } from 'vitest'

const SERVERS = [
  { name: 'Redis', program: 'redis-server' },
  { name: 'Valkey', program: 'valkey-server' },
] as const

type Program = (typeof SERVERS)[number]['program']

/**
 * Defines tests for the first kind of server that is installed here, or the same ones for `each` kind. Without any they
 * are skipped, but never in CI.
 */
export function onRedis(define: (program: Program) => void, { each = false } = {}): void {
  const installed = SERVERS.filter(({ program }) => isInstalled(program))
  if (installed.length === 0) {
    const why = 'Redis is not installed. On Debian or Ubuntu: sudo apt-get install redis-server'
    if (process.env['CI']) throw new Error(why)
    describe.skip(`Redis (skipped: ${why})`, () => define('redis-server'))
  }
  for (const { name, program } of each ? installed : installed.slice(0, 1))
    describe(name, () => define(program))
}

function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
