import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { choose, type Options } from './options.ts'
import { PersonalizeError } from './personalize-error.ts'
import { leftovers, OLD_NAME, renamed, withoutRooms } from './plan.ts'
import { PERSONALIZE } from './rooms/personalize.ts'
import { readTree, writeTree } from './tree.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
/** Leftovers that are listed; of more, only the number is said. */
const MOST_LISTED = 20

/**
 * Changes this checkout as chosen. Until everything fits nothing is written, and nothing is committed at all.
 *
 * @throws {PersonalizeError}
 */
export async function personalize(options: Options): Promise<void> {
  if (!options.force) refuseChanges()
  const { product, rooms } = await choose(options)
  const before = readTree(ROOT)
  const without = withoutRooms(before, rooms)
  const after = renamed(without, product)

  say(
    `${product.name}: packages @${product.scope}/…, cookie ${product.word}_session, metrics ${product.word}_…`,
  )
  writeTree(ROOT, before, after)
  for (const { name } of rooms) say(`  removed ${name}`)
  say(`  removed this command; ${before.size - after.size} files fewer in all`)
  const changed = [...after].filter(([path, text]) => text !== undefined && text !== before.get(path))
  say(`  changed ${changed.length} files`)
  say('Installing …')
  run('pnpm install --prefer-offline --no-frozen-lockfile --reporter=silent')
  if (existsSync(join(ROOT, 'apps/bench')))
    run(
      'pnpm --dir apps/bench install --lockfile-only --prefer-offline --no-frozen-lockfile --reporter=silent',
    )
  say('Formatting …')
  run('pnpm --silent exec oxfmt')

  const left = leftovers(readTree(ROOT), [...rooms, PERSONALIZE, OLD_NAME])
  if (left.length > 0) say(`\nStill said, probably by changes of yours:`)
  for (const { path, line, text } of left.slice(0, MOST_LISTED))
    say(`  ${path}:${line}  ${text.slice(0, 100)}`)
  if (left.length > MOST_LISTED) say(`  and ${left.length - MOST_LISTED} more`)
  // The server refuses a database whose migrations it does not know.
  const isMigrated = existsSync(join(ROOT, 'apps/server/.data'))
  if (isMigrated && [...before.keys()].some((path) => path.endsWith('.sql') && !without.has(path)))
    say('\nDelete apps/server/.data: the database of development has a table of what was removed.')
  say(`
Next:
  npx pnpm check          then git add --all, and commit
  npx pnpm dev            the page at http://localhost:5173
  npx pnpm screenshots    docs/images still show the old name; needs the build and Chromium
Write your own: the beginning of README.md, CHANGELOG.md, SECURITY.md, apps/web/public/favicon.svg.
LICENSE keeps the line of the authors of Sluice, as it asks; add a line of your own.`)
}

/** Its changes should be a commit of their own, which can be looked at and undone. */
function refuseChanges(): void {
  const { status, stdout } = spawnSync('git', ['status', '--porcelain'], { cwd: ROOT, encoding: 'utf8' })
  // Not a checkout, or without git.
  if (status !== 0 || stdout.trim() === '') return
  throw new PersonalizeError(
    'There are changes that are not committed. Commit or stash them first, so that what is changed now can be looked at ' +
      'and undone; or add --force.',
  )
}

function run(command: string): void {
  const { status } = spawnSync(command, { cwd: ROOT, shell: true, stdio: 'inherit' })
  if (status !== 0)
    throw new PersonalizeError(`This failed: ${command}\nRun it again; all files were changed before it.`)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
