import { readdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'

/** Bytes of gzip that a browser has to load before the page can do anything. */
const INITIAL_JS = 150_000
const INITIAL_CSS = 12_000

const ASSETS = resolve(import.meta.dirname, 'dist/assets')

/** Static imports load at once; dynamic ones, such as markdown, dialogs and the highlighter, later. */
async function withImports(name: string, found = new Set<string>()): Promise<Set<string>> {
  if (found.has(name)) return found
  found.add(name)
  const code = await readFile(`${ASSETS}/${name}`, 'utf8')
  for (const [, imported = ''] of code.matchAll(
    /(?:^|[;}])(?:import|export)\b[^;'"()]*['"]\.\/([^'"]+)['"]/gm,
  )) {
    await withImports(imported, found)
  }
  return found
}

async function gzipOf(name: string): Promise<number> {
  return gzipSync(await readFile(`${ASSETS}/${name}`), { level: 9 }).length
}

const html = await readFile(resolve(ASSETS, '../index.html'), 'utf8')
const named = [...html.matchAll(/(?:src|href)="\/assets\/([^"]+)"/g)].map((match) => match[1] ?? '')
const initial = new Set(named.filter((name) => name.endsWith('.css')))
for (const name of named.filter((one) => one.endsWith('.js'))) {
  for (const imported of await withImports(name)) initial.add(imported)
}

const totals = { js: 0, css: 0 }
for (const name of (await readdir(ASSETS)).toSorted()) {
  if (!/\.(?:js|css)$/.test(name)) continue
  const size = await gzipOf(name)
  const isInitial = initial.has(name)
  if (isInitial) totals[name.endsWith('.js') ? 'js' : 'css'] += size
  process.stdout.write(`${kb(size)}  ${isInitial ? 'at first ' : 'on demand'}  ${name}\n`)
}
process.stdout.write(`${kb(totals.js)}  initial JavaScript, of ${kb(INITIAL_JS).trim()}\n`)
process.stdout.write(`${kb(totals.css)}  initial CSS, of ${kb(INITIAL_CSS).trim()}\n`)

// The lab is for development: nothing of it may be built.
const strays: string[] = []
for (const name of await readdir(ASSETS)) {
  if ((await readFile(`${ASSETS}/${name}`, 'utf8')).includes('lab-flow')) strays.push(name)
}
if (strays.length > 0) fail(`the lab is in ${strays.join(', ')}`)
if (totals.js === 0 || totals.js > INITIAL_JS) fail('the initial JavaScript is over budget')
if (totals.css > INITIAL_CSS) fail('the initial CSS is over budget')

function kb(bytes: number): string {
  return `${(bytes / 1000).toFixed(1).padStart(6)} KB`
}

function fail(why: string): void {
  process.stderr.write(`Over budget: ${why}. See what grew with the sizes above.\n`)
  process.exitCode = 1
}
