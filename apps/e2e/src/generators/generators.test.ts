import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../../../..')

/** Not in the repository. As in `.gitignore`. */
const LEFT_OUT = new Set(['node_modules', 'dist', '.git', '.data', '.turbo', '.env', 'artifacts'])

/** Each worker loads the server anew. */
const ONE_WORKER = '--maxWorkers=1'

/** Everything together may take minutes on a busy machine. */
const LIMIT_MS = 600_000

test(
  'what `pnpm gen` writes passes the checks and its own tests',
  async () => {
    await using clone = await cloneOf(ROOT)
    const { pnpm, node } = clone
    await pnpm('install', '--frozen-lockfile', '--prefer-offline')
    // Names that nobody who clones this is likely to use.
    // Turborepo says with the exit code 0 that a generator has failed.
    const gen = async (...args: string[]) => expect(await pnpm('gen', ...args)).toContain('Success!')
    await gen('feature', '--args', 'written-page', 'Sum up the user\'s text in "three" sentences.')
    await gen('tool', '--args', 'writtenTools.lookUp', "Tells the weather at the user's place.", 'query')
    // A second one in the same router.
    await gen('tool', '--args', 'writtenTools.keep', 'Keeps where the user lives.', 'mutation')

    const written = ['server', 'web'].flatMap((app) =>
      ['written-page', 'written-tools'].map((name) => `apps/${app}/src/${name}`),
    )
    // Only what was written and what it needs, in one program: half the time of two.
    const include = [...written.map((folder) => `../../${folder}`), 'src/router.tsx']
    const project = join(clone.folder, 'apps/web/tsconfig.written.json')
    await writeFile(project, JSON.stringify({ extends: './tsconfig.json', include }))
    const check = async () => {
      await node('oxfmt/bin/oxfmt', '--check', 'apps/server/src', 'apps/web/src')
      await node('oxlint/bin/oxlint', '--deny-warnings', ...written)
      await node('typescript/bin/tsc', '--project', project)
    }
    const tryOut = async () => {
      const tests = await pnpm(
        '--filter',
        '@sluice/server',
        'test',
        'written-page',
        'written-tools',
        ONE_WORKER,
      )
      expect(tests).toMatch(/Test Files.*3 passed/)
      await node('knip/bin/knip.js')
    }
    const results = await Promise.allSettled([check(), tryOut()])
    for (const result of results) if (result.status === 'rejected') throw result.reason
  },
  LIMIT_MS,
)

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
    folder,
    pnpm: (...args: string[]) => run('npx', ['--yes', 'pnpm', ...args]),
    node: (path: string, ...args: string[]) => run(process.execPath, [join('node_modules', path), ...args]),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, maxRetries: 5 }),
  }
}
