import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { checkFeatureName, checkSentence, checkToolName } from './names.ts'

/** A repository of its own, because in this one the names may have been generated already. */
const ROOT = mkdtempSync(join(tmpdir(), 'names-'))
for (const folder of ['server/src/routers', 'server/src/testing', 'web/src/ui'])
  mkdirSync(join(ROOT, 'apps', folder), { recursive: true })
writeFileSync(
  join(ROOT, 'apps/server/src/routers/app-router.ts'),
  'const features = {\n  models: modelsRouter,\n  runs,\n}\n',
)
afterAll(() => rmSync(ROOT, { recursive: true }))

test.each<[string, true | RegExp]>([
  ['summarize', true],
  ['sum-up-2', true],
  ['SumUp', /kebab-case/],
  ['sum_up', /kebab-case/],
  ['2-sums', /kebab-case/],
  ['-', /kebab-case/],
  ['', /kebab-case/],
  ['../x', /kebab-case/],
  ['delete', /reserved/],
  ['then', /reserved/],
  ['assets', /reserved/],
  ['chat', /reserved/],
  ['api', /reserved/],
  // A router, and folders.
  ['models', /taken/],
  ['testing', /taken/],
  ['ui', /taken/],
])('a feature with the name %j: %s', (name, expected) => {
  const answer = checkFeatureName(ROOT, name)
  expect(answer).toEqual(expected === true || expect.stringMatching(expected))
})

test.each<[string, true | RegExp]>([
  ['weather.forecast', true],
  ['weatherAtHome.forecast2', true],
  ['weather', /camelCase/],
  ['weather.', /camelCase/],
  ['a.b.c', /camelCase/],
  ['weather.set-home', /camelCase/],
  ['weather.delete', /reserved/],
  ['then.now', /reserved/],
  ['runs.burn', /“runs” is taken/],
  ['testing.it', /“testing” is taken/],
])('a tool with the name %j: %s', (name, expected) => {
  const answer = checkToolName(ROOT, name)
  expect(answer).toEqual(expected === true || expect.stringMatching(expected))
})

test('a sentence is one line that can stand in a comment', () => {
  expect(checkSentence('Sum up “the” user\'s `text` in "3" sentences.')).toBe(true)
  for (const wrong of ['', '  ', 'x'.repeat(301), 'a\nb', 'a */ b', 'a\u2028b'])
    expect(checkSentence(wrong)).toMatch(/^Say it/)
})
