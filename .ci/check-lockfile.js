/**
 * Checks that the pnpm-lock.yaml of a folder can be installed on every platform. Tools with native code publish
 * one optional dependency per platform, and pnpm can leave out those of the platforms it is not running on. So
 * this compares what each installed package declares with what the lockfile has for it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const project = join(import.meta.dirname, '..', process.argv[2])
const lockfile = join(project, 'pnpm-lock.yaml')
const store = join(project, 'node_modules/.pnpm')

/** Each locked package's entry (dependencies and optional dependencies) by `name@version`. */
const locked = new Map(
  readFileSync(lockfile, 'utf8')
    .replaceAll(/['\r]/g, '')
    .split('\nsnapshots:\n\n')
    .at(-1)
    .split('\n\n')
    .map((entry) => [/[^\s(:]+/.exec(entry)[0], entry]),
)

const missing = new Map()
let withOptional = 0
for (const manifest of installedManifests()) {
  const id = `${manifest.name}@${manifest.version}`
  const optional = Object.keys(manifest.optionalDependencies ?? {})
  // pnpm removes a package that is no longer locked only days later.
  if (optional.length === 0 || !locked.has(id)) continue
  withOptional += 1
  const absent = optional.filter((name) => !locked.get(id).includes(`\n      ${name}: `))
  if (absent.length > 0) missing.set(id, absent)
}

if (withOptional === 0) fail(`No installed package with optional dependencies was found in ${store}.`)
if (missing.size > 0) {
  const lines = [...missing].map(([id, absent]) => `  ${id}: ${absent.join(', ')}`)
  fail(
    `${lockfile} lacks packages that other platforms need:\n${lines.join('\n')}\n` +
      `To add them, run \`npx pnpm --dir ${project} install --fix-lockfile\`, and commit the file.`,
  )
}

function* installedManifests() {
  for (const folder of readdirSync(store)) {
    const modules = join(store, folder, 'node_modules')
    if (!existsSync(modules)) continue
    for (const name of readdirSync(modules)) {
      for (const path of name.startsWith('@') ? readdirSync(join(modules, name)) : ['']) {
        const file = join(modules, name, path, 'package.json')
        if (existsSync(file)) yield JSON.parse(readFileSync(file, 'utf8'))
      }
    }
  }
}

function fail(why) {
  process.stderr.write(`${why}\n`)
  process.exitCode = 1
}
