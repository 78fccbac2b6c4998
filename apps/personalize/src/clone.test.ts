import { exec } from 'node:child_process'
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { readTree } from './tree.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const run = promisify(exec)

test('a clone is refused with changes or without a name, then loses all rooms and its name, and passes `pnpm check`', async () => {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'personalized-')))
  onTestFinished(() => rmSync(cwd, { recursive: true }))
  for (const path of readTree(ROOT).keys()) cpSync(join(ROOT, path), join(cwd, path))
  await run('git init --quiet', { cwd })
  await run('pnpm install --frozen-lockfile --prefer-offline', { cwd })
  const refused = (args: string) => expect(run(`pnpm --silent personalize ${args}`, { cwd })).rejects

  await refused('--name Acme').toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^There are changes that are not/),
  })
  await run('git add --all', { cwd })
  await run('git -c user.name=a -c user.email=a@b.example commit --quiet --message=clone', { cwd })
  await refused('').toMatchObject({ code: 1, stderr: expect.stringMatching(/^Expected --name\./) })
  expect((await run('git status --porcelain', { cwd })).stdout).toBe('')

  const all = '--name "Acme Chat" --scope acme --remove all'
  const { stdout } = await run(`pnpm --silent personalize ${all}`, { cwd })
  expect(stdout).toContain('removed redis')
  expect(stdout).not.toContain('Still said')
  await run('pnpm check', { cwd })
}, 600_000)
