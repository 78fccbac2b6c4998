import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe } from 'vitest'

const SERVERS = [
  { name: 'Redis', program: 'redis-server' },
  { name: 'Valkey', program: 'valkey-server' },
] as const

type Program = (typeof SERVERS)[number]['program']

const NOT_INSTALLED = 'Redis is not installed. On Debian or Ubuntu: sudo apt-get install redis-server'

/**
 * Defines tests for the first kind of server that is installed here, or the same ones for `each` kind. Without any they
 * are skipped, but never in CI.
 */
export function onRedis(define: (program: Program) => void, { each = false } = {}): void {
  const installed = SERVERS.filter(({ program }) => isInstalled(program))
  const skip = installed.length === 0 ? NOT_INSTALLED : undefined
  if (skip !== undefined && process.env['CI']) throw new Error(skip)
  const [first = SERVERS[0], ...others] = installed
  for (const { name, program } of each ? [first, ...others] : [first]) {
    describe.skipIf(skip !== undefined)(`${name}${skip === undefined ? '' : ` (skipped: ${skip})`}`, () => {
      define(program)
    })
  }
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
