import { type Simulator, startSimulator } from '@sluice/claude-sim'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { launchChromium, noBrowser } from './chromium.ts'
import { quickDatabase } from '../product/quick-database.ts'
import { type Product, startProduct } from '../product/start-product.ts'

export interface World {
  readonly simulator: Simulator
  readonly product: Product
  readonly context: BrowserContext
  /** Open at the product's first page. */
  readonly page: Page
  /** Ends the server, and starts another one at its address with its database. */
  restart(): Promise<void>
}

let browser: Promise<Browser> | undefined
afterAll(async () => (await browser)?.close())

if (noBrowser !== undefined) process.stderr.write(`Page tests skipped: ${noBrowser}\n`)

/**
 * A test of the built page with a server, a simulator and a browser context of its own. Fails when the page logs an
 * error or a warning that `complaints` does not expect.
 */
export function pageTest(
  name: string,
  run: (world: World) => Promise<void>,
  { env = {}, complaints: expected = [] }: { env?: Record<string, string>; complaints?: RegExp[] } = {},
): void {
  const named = noBrowser === undefined ? test : test.skip
  named(name, async () => {
    browser ??= launchChromium()
    const simulator = await startSimulator({ defaults: { ttft: 0, tps: 300 } })
    const database = env['DATABASE_URL'] === undefined ? await quickDatabase() : undefined
    const start = (PORT: string) =>
      startProduct({
        ANTHROPIC_API_KEY: 'test-key',
        ANTHROPIC_BASE_URL: simulator.url,
        ...(database && { DATABASE_URL: database.url }),
        GRACE_MS: '2000',
        // A test that ends in mid-answer does not wait for it.
        DRAIN_MS: '0',
        PORT,
        ...env,
      })
    const product = await start('0')
    let running = product
    const restart = async () => {
      await running.stop()
      running = await start(new URL(product.url).port)
    }
    const context = await (await browser).newContext({ viewport: { width: 1280, height: 800 } })
    try {
      const complaints: string[] = []
      context.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
      })
      context.on('weberror', (error) => complaints.push(String(error.error())))
      const page = await context.newPage()
      await page.goto(product.url)
      await run({ simulator, product, context, page, restart })
      expect(complaints.filter((text) => !expected.some((pattern) => pattern.test(text)))).toEqual([])
    } finally {
      await context.close()
      await running.stop()
      await database?.remove()
      await simulator.close()
    }
  })
}
