import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { appRouterWithHaiku } from './testing/app-router-with-haiku.ts'
import { collect } from './testing/collect.ts'
import { startTestServer } from './testing/start-test-server.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const readme = readFileSync(resolve(ROOT, 'README.md'), 'utf8')

// A README that was rewritten for another project has no recipe, or one of its own.
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
  const input = { runId, about: 'sluice gates [[sim tokens=30]]' }
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

test('every variable of the environment stands in the README and in .env.example, and no other', () => {
  const known = readFileSync(resolve(import.meta.dirname, 'env.ts'), 'utf8').match(/^ {2}[A-Z][A-Z_]+(?=:)/gm)
  const names = new Set(known?.map((name) => name.trim()))
  expect(names.size).toBeGreaterThan(20)
  const inReadme = [...readme.matchAll(/^\| `([A-Z][A-Z_]+)` +\|/gm)].map(([, name]) => name)
  expect(new Set(inReadme)).toEqual(names)
  const example = readFileSync(resolve(ROOT, '.env.example'), 'utf8')
  const inExample = [...example.matchAll(/^(?:# )?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name)
  expect(new Set(inExample)).toEqual(names)
})

test('every test that the README names exists', () => {
  const files = [...readme.matchAll(/`((?:apps|packages)\/[\w./-]+\.test\.ts)`/g)].map(
    ([, file]) => file ?? '',
  )
  expect(files.length).toBeGreaterThan(5)
  for (const file of files) expect(() => readFileSync(resolve(ROOT, file)), file).not.toThrow()
})
