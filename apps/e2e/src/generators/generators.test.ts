import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../../../..')

/** Not in the repository. As in `.gitignore`. */
const LEFT_OUT = new Set(['node_modules', 'dist', '.git', '.data', '.turbo', '.env', 'artifacts'])

/** What the generators write for these answers. */
const NEW = ['server/src/sum-up', 'web/src/sum-up', 'server/src/weather', 'web/src/weather']

test('what `pnpm gen` writes passes the checks and its own tests', async () => {
  await using clone = await cloneOf(ROOT)
  const { pnpm, node } = clone
  await pnpm('install', '--frozen-lockfile', '--prefer-offline')
  // Turborepo says with the exit code 0 that a generator has failed.
  const gen = async (...args: string[]) => expect(await pnpm('gen', ...args)).toContain('Success!')
  await gen('feature', '--args', 'sum-up', 'Sum up the user\'s text in "three" sentences.')
  await gen('tool', '--args', 'weather.forecast', "Tells the weather at the user's place.", 'query')
  // A second one in the same router.
  await gen('tool', '--args', 'weather.setHome', 'Keeps where the user lives.', 'mutation')

  const folders = NEW.map((folder) => `apps/${folder}`)
  await Promise.all([
    (async () => {
      await node('oxfmt/bin/oxfmt', '--check')
      await node('knip/bin/knip.js')
      await node(
        'oxlint/bin/oxlint',
        '--deny-warnings',
        ...folders,
        'apps/server/src/routers',
        'apps/web/src/ui',
      )
      await node('typescript/bin/tsc', '--project', 'apps/server')
    })(),
    (async () => {
      await node('typescript/bin/tsc', '--project', 'apps/web')
      const tests = await pnpm('--filter', '@sluice/server', 'test', 'src/sum-up', 'src/weather')
      expect(tests).toMatch(/Test Files.*3 passed/)
    })(),
  ])
})

/** A copy of a checkout in a temporary folder, and what runs programs in it. They throw what a program that fails has said. */
async function cloneOf(root: string) {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-generators-'))
  await cp(root, folder, { recursive: true, filter: (path) => !LEFT_OUT.has(basename(path)) })
  const run = async (command: string, args: string[]) => {
    try {
      const { stdout, stderr } = await promisify(execFile)(command, args, { cwd: folder })
      return stdout + stderr
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string }
      throw new Error(`${args.join(' ')}\n${stdout}\n${stderr}`, { cause: error })
    }
  }
  return {
    pnpm: (...args: string[]) => run('npx', ['--yes', 'pnpm', ...args]),
    node: (path: string, ...args: string[]) => run(process.execPath, [join('node_modules', path), ...args]),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}
