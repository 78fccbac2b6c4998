import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Changes } from './changes.ts'
import { addFeature } from './feature.ts'
import { addTool } from './tool.ts'

/** A repository of these files and the templates. */
function repository(files: Record<string, string>) {
  const root = mkdtempSync(join(tmpdir(), 'generators-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  cpSync(join(import.meta.dirname, 'templates'), join(root, 'turbo/generators/templates'), {
    recursive: true,
  })
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const changes = new Changes(root, (template) => template)
  return { changes, paths: () => readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted() }
}

const APP_ROUTER = 'apps/server/src/routers/app-router.ts'
const FEATURES = "import { router } from '../trpc.ts'\n\nconst features = {\n  a,\n}\n"
const feature = { name: 'sum-up', what: 'Sum up the text.' }

test('when a list is gone, the message says which line belongs in it, and nothing is written', () => {
  const { changes, paths } = repository({ [APP_ROUTER]: FEATURES, 'apps/web/src/pages.ts': 'code\n' })
  const before = paths()
  expect(() => addFeature(changes, feature)).toThrow(
    /^apps\/web\/src\/pages\.ts does not have `export const pages: readonly Page\[\] = \[` once, in which `{\n {4}path: '\/sum-up'/,
  )
  expect(paths()).toEqual(before)
})

test('when a file is gone, or one of the new files exists, nothing is written', () => {
  const view = 'apps/web/src/weather/forecast-view.tsx'
  const { changes, paths } = repository({ [APP_ROUTER]: FEATURES, [view]: '' })
  const before = paths()
  expect(() => addTool(changes, { name: 'weather.forecast', what: 'Tells.', type: 'query' })).toThrow(
    `${view} exists already. Nothing was written.`,
  )
  expect(() => addFeature(changes, feature)).toThrow('There is no apps/web/src/pages.ts.')
  expect(paths()).toEqual(before)
})
