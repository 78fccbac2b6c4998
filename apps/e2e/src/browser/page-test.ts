import type { Simulator } from '@sluice/claude-sim'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { launchChromium, noBrowser } from './chromium.ts'
import { type Site, startSite } from './start-site.ts'

export interface World {
  readonly simulator: Simulator
  readonly product: Site
  readonly context: BrowserContext
  /** Open at the product's first page. */
  readonly page: Page
}

let browser: Promise<Browser> | undefined
/** The site of the last test, kept for the next test with the same environment. */
let site: Site | undefined
let siteEnv = ''

async function end(): Promise<void> {
  const [lastSite, lastBrowser] = [site, browser]
  site = browser = undefined
  await lastSite?.stop()
  await (await lastBrowser)?.close()
}

if (noBrowser !== undefined) process.stderr.write(`Page tests skipped: ${noBrowser}\n`)

/**
 * A test of the built page, as a new visitor in a browser context of its own. Fails when the page logs an error or a
 * warning that `complaints` does not expect. Neighbours with the same `env` share a server and its simulator, which
 * has forgotten the earlier tests.
 */
export function pageTest(
  name: string,
  run: (world: World) => Promise<void>,
  { env = {}, complaints: expected = [] }: { env?: Record<string, string>; complaints?: RegExp[] } = {},
): void {
  const named = noBrowser === undefined ? test : test.skip
  // In each file: a hook of this module would run only after the worker's first file.
  afterAll(end)
  named(name, async () => {
    browser ??= launchChromium()
    const product = await siteWith(env)
    const { simulator } = product
    const context = await (await browser).newContext({ viewport: { width: 1280, height: 800 } })
    try {
      const complaints: string[] = []
      context.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
      })
      context.on('weberror', (error) => complaints.push(String(error.error())))
      const page = await context.newPage()
      await page.goto(product.url)
      await run({ simulator, product, context, page })
      expect(complaints.filter((text) => !expected.some((pattern) => pattern.test(text)))).toEqual([])
      await product.clear(context)
    } catch (error) {
      // Whatever state the server is in, the next test gets another one.
      site = undefined
      await product.stop()
      throw error
    } finally {
      await context.close()
    }
  })
}

async function siteWith(env: Record<string, string>): Promise<Site> {
  const wanted = JSON.stringify(env)
  if (site !== undefined && siteEnv === wanted) return site
  await site?.stop()
  siteEnv = wanted
  return (site = await startSite(env))
}
