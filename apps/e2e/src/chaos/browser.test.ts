import { type Simulator, startSimulator } from '@sluice/claude-sim'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchChromium, noBrowser } from '../browser/chromium.ts'
import type { ConnectionPlan } from '../fault-proxy/connection-plan.ts'
import { type FaultProxy, startFaultProxy } from '../fault-proxy/fault-proxy.ts'
import { type EmbeddedDatabase, embeddedDatabase } from '../product/embedded-database.ts'
import { type Product, startProduct } from '../product/start-product.ts'
import { CHAOS_ENV } from './environment.ts'

const browserTest = noBrowser === undefined ? test : test.skip
if (noBrowser !== undefined) process.stderr.write(`Browser tests skipped: ${noBrowser}\n`)

/** Messages that the browser itself logs on network errors. */
const NETWORK = /Failed to load (resource|module script)|net::ERR_|EventSource's response has a/

let browser: Browser
let simulator: Simulator
let product: Product
let database: EmbeddedDatabase
let env: Record<string, string>
let proxy: FaultProxy
/** Plans of the next connections; later ones pass. */
let plans: ConnectionPlan[]
let context: BrowserContext
let page: Page
let complaints: string[]

beforeAll(async () => {
  if (noBrowser === undefined) browser = await launchChromium()
})
afterAll(() => browser?.close())

beforeEach(async () => {
  if (noBrowser !== undefined) return
  plans = []
  complaints = []
  simulator = await startSimulator({ defaults: { ttft: 0, tps: 200, text: 'lorem', thinking: 0 } })
  database = await embeddedDatabase()
  env = {
    ...CHAOS_ENV,
    ANTHROPIC_BASE_URL: simulator.url,
    DATABASE_URL: database.url,
    GRACE_MS: '10000',
    LEASE_MS: '75000',
    RUN_MAX_MS: '200000',
  }
  product = await startProduct(env)
  env['PORT'] = new URL(product.url).port
  proxy = await startFaultProxy(product.url, () => plans.shift() ?? { kind: 'pass' })
  context = await browser.newContext()
  page = await context.newPage()
  page.on('console', (message) => {
    const text = message.text()
    if (['error', 'warning'].includes(message.type()) && !NETWORK.test(text)) complaints.push(text)
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(proxy.url)
})
afterEach(async () => {
  await context?.close()
  await proxy?.close()
  await product?.stop('SIGKILL')
  await database?.remove()
  await simulator?.close()
  expect(complaints).toEqual([])
})

async function ask(prompt: string): Promise<void> {
  await page.getByTestId('composer').fill(prompt)
  await page.getByTestId('composer').press('Enter')
}

/** Whitespace differs: the page shows paragraphs where the answer has blank lines. */
const words = (text = '') => text.split(/\s+/).filter(Boolean).join(' ')
const shown = async () => words((await page.getByTestId('answer-text').last().allInnerTexts()).join())
const sent = () => words(simulator.stats().requests.at(-1)?.text)

/** Resolves when the page shows `by` more characters than at the last call. */
function textGrows(by: number): Promise<unknown> {
  return page.waitForFunction((more) => {
    const length = ([...document.querySelectorAll('[data-testid=answer-text]')].at(-1)?.textContent ?? '')
      .length
    const marks = window as { seen?: number }
    if (length < (marks.seen ?? 0) + more) return false
    marks.seen = length
    return true
  }, by)
}

async function attribute(name: string): Promise<string | null> {
  return page.getByTestId('answer').last().getAttribute(`data-${name}`)
}

async function isDone(): Promise<void> {
  await page.waitForFunction(
    () =>
      ([...document.querySelectorAll('[data-testid=answer]')].at(-1) as HTMLElement)?.dataset['status'] ===
      'done',
    undefined,
    { timeout: 120_000 },
  )
}

browserTest('five resets in one answer: every word once, one request upstream', async () => {
  await ask('Reset me [[sim tokens=2000]]')
  for (let resets = 1; resets <= 5; resets++) {
    await textGrows(200)
    proxy.cut()
    // A cut only counts as a reset when it is connected again.
    await page.waitForFunction(
      (least) =>
        Number(document.querySelector<HTMLElement>('[data-testid=answer]')?.dataset['reconnects']) >= least,
      resets,
    )
    await page.locator('[data-testid=connection][data-status=writing]').waitFor()
  }
  await isDone()
  expect(await shown()).toBe(sent())
  expect(await attribute('gaps')).toBe('0')
  expect(Number(await attribute('reconnects'))).toBeGreaterThanOrEqual(5)
  expect(simulator.stats().messages).toBe(1)
})

browserTest('502, 503, a captive portal and an empty 204 when reconnecting: the answer goes on', async () => {
  await ask('Refuse me [[sim tokens=1200]]')
  await textGrows(100)
  plans.push(...([502, 503, 200, 204, 502] as const).map((status) => ({ kind: 'answer', status }) as const))
  proxy.cut()
  await isDone()
  expect(plans).toEqual([])
  expect(await shown()).toBe(sent())
  expect(await attribute('gaps')).toBe('0')
  expect(simulator.stats().messages).toBe(1)
})

browserTest('when the network is lost the page opens a new connection, and no text is lost', async () => {
  await ask('Vanish [[sim tokens=1200]]')
  await textGrows(100)
  // Chromium cannot see this, and may try every kept-alive connection before it opens a new one.
  proxy.vanish('', 120_000)
  await isDone()
  expect(await shown()).toBe(sent())
  expect(await attribute('gaps')).toBe('0')
  expect(simulator.stats().messages).toBe(1)
})

browserTest.each(['SIGTERM', 'SIGKILL'] as const)(
  'the server ends by %s in mid-answer: the text stays, the end is shown, and Regenerate works',
  async (signal) => {
    await ask('Restart me [[sim tokens=5000]]')
    await textGrows(200)
    await product.stop(signal)
    product = await startProduct(env)
    const regenerate = page.getByTestId('regenerate').last()
    await regenerate.waitFor({ timeout: 60_000 })
    const said = await shown()
    expect(said.length).toBeGreaterThan(100)
    expect(sent().startsWith(said)).toBe(true)
    expect(simulator.stats().messages).toBe(1)

    await regenerate.click()
    await simulator.waitFor(({ messages }) => messages === 2)
    await page.getByTestId('stop').click()
    await isDone()
    expect(sent().startsWith(await shown())).toBe(true)
    expect(simulator.stats().messages).toBe(2)
  },
)
