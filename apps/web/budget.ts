import { readdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'

/** Bytes of gzip that a browser has to load before the page can do anything. */
const INITIAL_JS = 150_000
const INITIAL_CSS = 12_000

const ASSETS = resolve(import.meta.dirname, 'dist/assets')

const html = await readFile(resolve(ASSETS, '../index.html'), 'utf8')
// Files that the first one imports are named here too: see `modulePreload` in vite.config.ts. Markdown, dialogs and the
// highlighter are loaded later.
const initial = new Set([...html.matchAll(/(?:src|href)="\/assets\/([^"]+)"/g)].map(([, name]) => name))

const totals = { js: 0, css: 0 }
for (const name of (await readdir(ASSETS)).toSorted()) {
  if (!/\.(?:js|css)$/.test(name)) continue
  const code = await readFile(`${ASSETS}/${name}`, 'utf8')
  const size = gzipSync(code, { level: 9 }).length
  const isInitial = initial.has(name)
  if (isInitial) totals[name.endsWith('.js') ? 'js' : 'css'] += size
  process.stdout.write(`${kb(size)}  ${isInitial ? 'at first ' : 'on demand'}  ${name}\n`)
  // The lab is for development: nothing of it may be built.
  if (code.includes('lab-flow')) fail(`the lab is in ${name}`)
}
process.stdout.write(`${kb(totals.js)}  initial JavaScript, of ${kb(INITIAL_JS).trim()}\n`)
process.stdout.write(`${kb(totals.css)}  initial CSS, of ${kb(INITIAL_CSS).trim()}\n`)

if (totals.js === 0 || totals.js > INITIAL_JS) fail('the initial JavaScript is over budget')
if (totals.css > INITIAL_CSS) fail('the initial CSS is over budget')

function kb(bytes: number): string {
  return `${(bytes / 1000).toFixed(1).padStart(6)} KB`
}

function fail(why: string): void {
  process.stderr.write(`Over budget: ${why}. See what grew with the sizes above.\n`)
  process.exitCode = 1
}
