import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../../../..')

/** Not in the repository. As in `.gitignore`. */
const LEFT_OUT = new Set(['node_modules', 'dist', '.git', '.data', '.turbo', '.env', 'artifacts'])

/** Everything together may take minutes on a busy machine. */
const LIMIT_MS = 600_000

test(
  'a clone is personalized without all that can be removed; then it, and what `pnpm gen` writes, pass their checks',
  async () => {
    await using clone = await cloneOf(ROOT)
    const { run, pnpm } = clone
    await pnpm('install', '--frozen-lockfile', '--prefer-offline')

    // Nothing is committed yet, so every file is a change.
    await run('git', ['init', '--quiet'])
    await expect(pnpm('personalize', '--name', 'Acme')).rejects.toThrow(
      'There are changes that are not committed',
    )
    const chosen = ['--name', 'Acme Chat', '--scope', 'acme', '--remove', 'all']
    const personalized = await pnpm('personalize', ...chosen, '--force')
    expect(personalized).toContain('removed redis')
    expect(personalized).not.toContain('Still said')

    // Turborepo's exit code is 0 even when a generator fails. The names are unlikely ones, in case a clone has others.
    const gen = async (...args: string[]) => expect(await pnpm('gen', ...args)).toContain('Success!')
    await gen('feature', '--args', 'written-page', 'Sum up the user\'s text in "three" sentences.')
    await gen('tool', '--args', 'writtenTools.lookUp', "Tells the weather at the user's place.", 'query')
    // A second one in the same router.
    await gen('tool', '--args', 'writtenTools.keep', 'Keeps where the user lives.', 'mutation')

    await pnpm('check')
    const tests = await pnpm('--dir', 'apps/server', 'test', 'written-page', 'written-tools')
    expect(tests).toMatch(/Test Files.*3 passed/)
  },
  LIMIT_MS,
)

/** A copy of a checkout in a temporary folder, and what runs programs in it. They throw what a program that fails has said. */
async function cloneOf(root: string) {
  const folder = await mkdtemp(join(tmpdir(), 'clone-'))
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
    run,
    pnpm: (...args: string[]) => run('npx', ['--yes', 'pnpm', ...args]),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, maxRetries: 5 }),
  }
}
