import { randomUUID } from 'node:crypto'
import { cpSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { createTestDatabase, temporaryFolder, whyNoPostgres } from '@sluice/db/testing'
import { collect, question, WireClient } from '@sluice/server/testing'
import { expect, onTestFinished, test } from 'vitest'
import { startProduct } from './start-product.ts'

const ROOT = resolve(import.meta.dirname, '../../../..')
const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
const why = whyNoPostgres()

test('the image has the Node of .nvmrc', () => {
  const node = readFileSync(join(ROOT, '.nvmrc'), 'utf8').trim()
  const bases = [...dockerfile.matchAll(/^FROM node:(\d+)/gm)].map(([, major]) => major)
  expect(new Set(bases)).toEqual(new Set([node]))
})

test.skipIf(why)(
  `the files of the image are enough to serve the page and an answer${why ? `: ${why}` : ''}`,
  async () => {
    const { path: image, remove } = temporaryFolder()
    onTestFinished(remove)
    for (const [, from = '', to = ''] of dockerfile.matchAll(/^COPY --from=build \/app\/(\S+) (\S+)$/gm))
      cpSync(join(ROOT, from), join(image, to.endsWith('/') ? join(to, basename(from)) : to), {
        recursive: true,
      })
    await using product = await startProduct(
      { SIMULATOR: '1', DATABASE_URL: await createTestDatabase({ empty: true }) },
      [join(image, 'apps/server/dist/main.js')],
    )
    expect(await (await fetch(product.url)).text()).toContain('<!doctype html>')
    const client = new WireClient(product.url)
    await client.query('models.list')
    const runId = randomUUID()
    await client.call('chat.send', question({ runId, content: 'hello [[sim tps=max ttft=0]]' }))
    expect((await collect(await client.events({ runId }))).terminal?.type).toBe('done')
  },
)
