import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import { expect, test } from 'vitest'
import { appRouter } from './routers/app-router.ts'
import { appRouterWithHaiku } from './testing/app-router-with-haiku.ts'
import { collect } from './testing/collect.ts'
import { diceRouter } from './testing/dice.ts'
import { startTestServer } from './testing/start-test-server.ts'
import { toolsOf } from './tools-of.ts'
import { mergeRouters, router } from './trpc.ts'

const ROOT = resolve(import.meta.dirname, '../../..')

/** The text of a page of the documentation; empty when it is gone, because the documentation is yours to rewrite. */
function textOf(page: string): string {
  const path = resolve(ROOT, page)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

const readme = textOf('README.md')
const configuration = textOf('docs/configuration.md')
const promises = textOf('docs/promises.md')
const operations = textOf('docs/operations.md')
const tools = textOf('docs/tools.md')
const typedOutput = textOf('docs/typed-output.md')
const agents = textOf('AGENTS.md')
const pages = [
  'README.md',
  'AGENTS.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...filesIn('docs').filter((file) => file.endsWith('.md')),
]

function filesIn(folder: string): string[] {
  if (!existsSync(resolve(ROOT, folder))) return []
  return readdirSync(resolve(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(
    (file) => `${folder}/${file.replaceAll(sep, '/')}`,
  )
}

test.skipIf(!readme.includes('haikuRouter'))(
  'the procedure that the README adds is the one that is tested here, letter for letter',
  () => {
    expect(readme).toContain(readFileSync(resolve(import.meta.dirname, 'testing/haiku.ts'), 'utf8').trim())
  },
)

test('a feature with its own `start` streams, stops and resumes like any other', async () => {
  await using server = await startTestServer({}, { router: appRouterWithHaiku })
  const client = await server.client()
  const runId = randomUUID()
  const input = { runId, about: 'lock gates [[sim tokens=30]]' }
  expect((await client.call('haiku.start', input)).body.result.data).toEqual({ runId })
  expect((await client.call('haiku.start', input)).status).toBe(200)
  const run = await collect(await client.events({ runId }))
  expect(run.terminal?.type).toBe('done')
  expect(run.text).toBe(server.upstream().text)
  expect(server.upstream().model).toBe('claude-haiku-5-5')
  const rest = await collect(await client.events({ runId, header: '5' }), { after: 5 })
  expect(rest.position).toBe(run.position)
  expect((await client.call('haiku.start', { ...input, about: '' })).status).toBe(400)
})

test.skipIf(!tools.includes('diceRouter'))(
  'the tool that docs/tools.md adds is the one that is tested here, letter for letter',
  () => {
    expect(tools).toContain(readFileSync(resolve(import.meta.dirname, 'testing/dice.ts'), 'utf8').trim())
  },
)

test.skipIf(!typedOutput.includes('tripRouter'))(
  'the typed output that docs/typed-output.md adds is the one that is tested here, letter for letter',
  () => {
    expect(typedOutput).toContain(
      readFileSync(resolve(import.meta.dirname, 'testing/trip.ts'), 'utf8').trim(),
    )
  },
)

test('typed output streams as JSON that fits its schema, and is paid for once', async () => {
  await using server = await startTestServer({}, { router: appRouterWithHaiku })
  const client = await server.client()
  const input = { runId: randomUUID(), to: 'Bath' }
  expect((await client.call('trip.start', input)).body.result.data).toEqual({ runId: input.runId })
  expect((await client.call('trip.start', input)).status).toBe(200)
  const { events, terminal } = await collect(await client.events({ runId: input.runId }))
  expect(terminal).toMatchObject({ type: 'done', stopReason: 'end_turn' })
  const json = events.flatMap((event) => (event.type === 'json' ? [event.text] : [])).join('')
  expect(json).toBe(server.upstream().text)
  expect(JSON.parse(json)).toEqual({
    days: expect.arrayContaining([{ place: expect.any(String), plan: expect.any(String) }]),
  })
})

test('a procedure that is listed is called by Claude, which goes on with its result', async () => {
  const appRouterWithDice = mergeRouters(appRouter, router({ dice: diceRouter }))
  await using server = await startTestServer(
    {},
    { router: appRouterWithDice, tools: (options) => toolsOf(appRouterWithDice, ['dice.roll'], options) },
  )
  const client = await server.client()
  const runId = await server.start(client, `Roll a die. [[sim tool=dice.roll input='{"sides":6}']]`)
  const { events, terminal } = await collect(await client.events({ runId }))
  expect(events).toContainEqual({
    type: 'tool_call',
    callId: expect.any(String),
    name: 'dice.roll',
    by: 'server',
  })
  const result = events.find(({ type }) => type === 'tool_result')
  expect(result).toMatchObject({ ok: true, output: expect.stringMatching(/^{"rolled":[1-6]}$/) })
  expect(terminal).toMatchObject({ type: 'done', stopReason: 'end_turn' })
  expect(server.simulator.stats().requests).toHaveLength(2)
})

const namesIn = (text: string, pattern: RegExp) =>
  new Set([...text.matchAll(pattern)].map(([, name]) => name ?? ''))

const variables = namesIn(
  ['env.ts', 'auth/auth-env.ts'].map((file) => textOf(`apps/server/src/${file}`)).join('\n'),
  /^ {2}([A-Z][A-Z_]+):/gm,
)

test('.env.example has every variable of the environment, and no other', () => {
  expect(variables.size).toBeGreaterThan(20)
  const example = readFileSync(resolve(ROOT, '.env.example'), 'utf8')
  expect(namesIn(example, /^(?:# )?([A-Z][A-Z_]+)=/gm)).toEqual(variables)
})

test.skipIf(configuration === '')(
  'docs/configuration.md has every variable of the environment, and no other',
  () => {
    expect(namesIn(configuration, /[-,] `([A-Z][A-Z_]+)[=`]/g)).toEqual(variables)
  },
)

test.skipIf(!operations.includes('## Logs'))('docs/operations.md has every line that the server logs', () => {
  const sources = filesIn('apps/server/src').filter(
    (file) => /(?<!\.test)\.ts$/.test(file) && !file.includes('/testing/'),
  )
  // The first words of the message, which is the last argument.
  const first = /logger\.(?:fatal|error|warn|info)\(\s*(?:[^'`]*,\s*)?['`]([^'`$]+)/g
  const lines = namesIn(sources.map(textOf).join('\n'), first)
  expect(lines.size).toBeGreaterThan(20)
  expect([...lines].filter((line) => !operations.includes(`\`${line.slice(0, 30).trimEnd()}`))).toEqual([])
})

test.skipIf(promises === '')('every promise names the tests that prove it', () => {
  const stated = promises.split(/^- /m).slice(1)
  expect(stated.length).toBeGreaterThan(5)
  for (const promise of stated) expect(promise).toMatch(/`(apps|packages)\/[\w./-]+\.test\.ts`/)
})

test('every test that the documentation names exists', () => {
  const tests = ['apps', 'packages'].flatMap((folder) =>
    readdirSync(resolve(ROOT, folder)).flatMap((name) => filesIn(`${folder}/${name}/src`)),
  )
  for (const page of pages)
    for (const name of namesIn(textOf(page), /`([\w./-]+\.test\.tsx?)`/g))
      expect(
        tests.some((file) => `/${file}`.endsWith(`/${name}`)),
        `${page} names ${name}`,
      ).toBe(true)
})

test('every file that the documentation links to exists', () => {
  for (const page of pages)
    for (const target of namesIn(textOf(page), /\]\((?!https?:)([^)#\s]+)/g))
      expect(existsSync(resolve(ROOT, dirname(page), target)), `${page} links to ${target}`).toBe(true)
})

test('every file and folder that the documentation names exists', () => {
  const added = ['routers/haiku.ts', 'page/haiku.tsx', 'routers/dice.ts', 'routers/trip.ts', 'page/trip.tsx']
  // Not in a checkout: built, or made by development.
  const made = /\/dist\/|\/\.data/
  for (const page of pages)
    for (const name of namesIn(textOf(page), /`((?:apps|packages|docs|deploy|\.ci)\/[\w./-]+)`/g))
      expect(
        existsSync(resolve(ROOT, name)) || made.test(name) || added.some((file) => name.endsWith(`/${file}`)),
        `${page} names ${name}`,
      ).toBe(true)
})

test('every command that the documentation names can be run', () => {
  const manifest = (folder: string) => JSON.parse(readFileSync(resolve(ROOT, folder, 'package.json'), 'utf8'))
  const own = new Set(['install', ...Object.keys(manifest('.').scripts)])
  expect(namesIn(agents, /\bpnpm ([a-z][\w:]*)/g).size).toBeGreaterThan(agents === '' ? -1 : 5)
  for (const page of pages) {
    for (const name of namesIn(textOf(page), /\bpnpm ([a-z][\w:]*)/g))
      expect(own.has(name), `${page} says pnpm ${name}`).toBe(true)
    for (const [said, name, script] of textOf(page).matchAll(/--filter @sluice\/(\S+) ([\w:]+)/g)) {
      const folder = ['apps', 'packages'].find((at) => existsSync(resolve(ROOT, at, name ?? '')))
      expect(manifest(`${folder}/${name}`).scripts, `${page} says ${said}`).toHaveProperty([script ?? ''])
    }
  }
})

test.skipIf(agents === '')('AGENTS.md is short, and CLAUDE.md points to it', () => {
  expect(agents.trim().split('\n').length).toBeLessThanOrEqual(150)
  expect(textOf('CLAUDE.md').trim()).toBe('@AGENTS.md')
})
