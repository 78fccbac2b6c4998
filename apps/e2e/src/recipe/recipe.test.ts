import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { appRouterWithHaiku, startTestServer } from '@sluice/server/testing'
import react from '@vitejs/plugin-react'
import type { Page } from 'playwright-core'
import { build } from 'vite'
import { expect, test } from 'vitest'
import { launchChromium, noBrowser } from '../browser/chromium.ts'

if (noBrowser !== undefined) process.stderr.write(`The recipe's page is not tried: ${noBrowser}\n`)

test.skipIf(noBrowser !== undefined)(
  "the README's component shows what Claude wrote, and pays for it once however it is clicked",
  () =>
    onRecipePage(async (page, server) => {
      await page.getByRole('button', { name: 'Write a haiku' }).dblclick()
      await server.upstreamEnd()
      const { text } = server.upstream()
      expect(text).not.toBe('')
      await expect.poll(() => page.locator('p').textContent()).toBe(text)
      expect(server.upstream().model).toBe('claude-haiku-5-5')
    }),
)

test.skipIf(noBrowser !== undefined)('the component of typed output shows the data that Claude wrote', () =>
  onRecipePage(async (page, server) => {
    await page.getByRole('button', { name: 'Plan' }).dblclick()
    await page.locator('pre[aria-busy=false]').waitFor()
    const { days } = JSON.parse(server.upstream().text)
    const lines = days.map(({ place, plan }: Record<string, string>) => `${place}: ${plan}`)
    expect(await page.locator('pre').textContent()).toBe(lines.join('\n'))
  }),
)

type Server = Awaited<ReturnType<typeof startTestServer>>

/** Builds the page of the recipes, and opens it at a server that has them. */
async function onRecipePage(run: (page: Page, server: Server) => Promise<void>): Promise<void> {
  const webRoot = await mkdtemp(join(tmpdir(), 'sluice-recipe-'))
  try {
    await build({
      root: import.meta.dirname,
      configFile: false,
      logLevel: 'error',
      plugins: [react()],
      build: { outDir: webRoot, emptyOutDir: true },
    })
    await using server = await startTestServer({}, { router: appRouterWithHaiku, webRoot })
    await using browser = await launchChromium()
    const page = await browser.newPage()
    await page.goto(server.url)
    // The session, which the page has from its first request.
    await page.request.get(`${server.url}/trpc/models.list`)
    await run(page, server)
  } finally {
    await rm(webRoot, { recursive: true, force: true })
  }
}

const typedOutput = textOf('docs/typed-output.md')
const readme = textOf('README.md')

// A README that was rewritten for another project has no recipe, or one of its own.
test.skipIf(!readme.includes('haikuRouter'))(
  'the component that the README shows is the one that is tried here, letter for letter',
  () => {
    expect(readme).toContain(readFileSync(resolve(import.meta.dirname, 'page/haiku.tsx'), 'utf8').trim())
  },
)

test.skipIf(!typedOutput.includes('tripRouter'))(
  'the component that docs/typed-output.md shows is the one that is tried here, letter for letter',
  () => {
    expect(typedOutput).toContain(readFileSync(resolve(import.meta.dirname, 'page/trip.tsx'), 'utf8').trim())
  },
)

/** The text of a page of the documentation; empty when it is gone, because the documentation is yours to rewrite. */
function textOf(page: string): string {
  const path = resolve(import.meta.dirname, '../../../..', page)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
