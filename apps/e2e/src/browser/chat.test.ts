import { type Simulator, startSimulator } from '@sluice/claude-sim'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchChromium, noBrowser } from './chromium.ts'
import { copiedAnswer } from './copied-answer.ts'
import { type Product, startProduct } from '../product/start-product.ts'

let browser: Browser
let simulator: Simulator
let product: Product
let context: BrowserContext
let page: Page
/** Errors and warnings in the page's console. */
let complaints: string[]

const browserTest = noBrowser === undefined ? test : test.skip
if (noBrowser !== undefined) process.stderr.write(`Browser tests skipped: ${noBrowser}\n`)

beforeAll(async () => {
  if (noBrowser === undefined) browser = await launchChromium()
})
afterAll(() => browser?.close())

beforeEach(async () => {
  if (noBrowser !== undefined) return
  simulator = await startSimulator({ defaults: { ttft: 0, tps: 300 } })
  product = await startProduct({
    ANTHROPIC_API_KEY: 'key-of-nobody',
    ANTHROPIC_BASE_URL: simulator.url,
    GRACE_MS: '2000',
  })
  context = await browser.newContext()
  page = await context.newPage()
  complaints = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(product.url)
})
afterEach(async () => {
  await context?.close()
  await product?.stop()
  await simulator?.close()
})

const answerText = () => page.getByTestId('answer-text').last()

/** The last answer's markdown, from its Copy button. */
const rawText = () => copiedAnswer(page)

async function ask(prompt: string): Promise<void> {
  await page.getByTestId('composer').fill(prompt)
  await page.getByTestId('composer').press('Enter')
}

/** Resolves when the last answer's text is longer than this. */
function textLongerThan(length: number): Promise<unknown> {
  return page.waitForFunction(
    (least) =>
      ([...document.querySelectorAll('[data-testid=answer-text]')].at(-1)?.textContent ?? '').length > least,
    length,
  )
}

function status(...expected: string[]): Promise<unknown> {
  return page.waitForFunction(
    (wanted) =>
      wanted.includes(
        ([...document.querySelectorAll('[data-testid=answer]')].at(-1) as HTMLElement)?.dataset['status'] ??
          '',
      ),
    expected,
  )
}

browserTest('ask, watch the text grow, see the end with usage and cost; nothing in the console', async () => {
  await ask('Tell me about lock gates [[sim tokens=400]]')
  await textLongerThan(20)
  const early = (await answerText().textContent())?.length ?? 0
  await textLongerThan(early + 50)
  await status('done')
  expect(await rawText()).toBe(simulator.stats().requests[0]?.text)
  expect(await page.getByTestId('usage').last().textContent()).toMatch(/\$/)
  expect(simulator.stats().messages).toBe(1)
  expect(complaints).toEqual([])
})

browserTest(
  'Stop closes the request upstream, keeps what was said, and the next question works',
  async () => {
    await ask('Stop me [[sim tokens=20000]]')
    await textLongerThan(50)
    await page.getByTestId('stop').click()
    await status('done')
    const { requests } = await simulator.waitFor(({ open }) => open === 0)
    expect(requests.map(({ outcome }) => outcome)).toEqual(['aborted'])
    const said = await rawText()
    expect(said.length).toBeGreaterThan(50)
    expect(requests[0]?.text.startsWith(said)).toBe(true)
    await ask('And again [[sim tokens=30]]')
    await page.waitForFunction(() => document.querySelectorAll('[data-testid=answer]').length === 2)
    await status('done')
    expect(complaints).toEqual([])
  },
)

browserTest('Escape stops; Shift+Enter writes a new line and sends nothing', async () => {
  await page.getByTestId('composer').fill('one')
  await page.getByTestId('composer').press('Shift+Enter')
  await page.getByTestId('composer').pressSequentially('two [[sim tokens=20000]]')
  expect(await page.getByTestId('composer').inputValue()).toBe('one\ntwo [[sim tokens=20000]]')
  expect(simulator.stats().messages).toBe(0)
  await page.getByTestId('composer').press('Enter')
  await textLongerThan(10)
  await page.keyboard.press('Escape')
  await status('done')
  await simulator.waitFor(({ open }) => open === 0)
})

browserTest('a reload in mid-answer goes on where it was: identical text, one request upstream', async () => {
  await ask('Reload me [[sim tokens=1200 text=emoji]]')
  await textLongerThan(100)
  await page.reload()
  await textLongerThan(100)
  await status('done')
  expect(await rawText()).toBe(simulator.stats().requests[0]?.text)
  expect(simulator.stats().messages).toBe(1)
  expect(complaints).toEqual([])
})

browserTest('a reload after the end shows the same conversation', async () => {
  await ask('Keep me [[sim tokens=60]]')
  await status('done')
  const said = await rawText()
  await page.reload()
  await status('done')
  expect(await rawText()).toBe(said)
  expect(simulator.stats().messages).toBe(1)
})

browserTest('a closed tab closes upstream after the grace', async () => {
  await ask('Close me [[sim tokens=20000]]')
  await textLongerThan(30)
  await page.close()
  const { requests } = await simulator.waitFor(({ open }) => open === 0)
  expect(requests.map(({ outcome }) => outcome)).toEqual(['aborted'])
})

browserTest('a question asked before the session is there is not lost, and asks once', async () => {
  let release = () => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route('**/trpc/models.list*', async (route) => {
    await held
    await route.continue()
  })
  await context.clearCookies()
  await page.reload({ waitUntil: 'commit' })
  await ask('Early [[sim tokens=40]]')
  await page.getByTestId('stop').waitFor()
  expect(simulator.stats().messages).toBe(0)
  release()
  await status('done')
  expect(await rawText()).toBe(simulator.stats().requests[0]?.text)
  expect(simulator.stats().messages).toBe(1)
})

browserTest('Enter twice asks once', async () => {
  await page.getByTestId('composer').fill('Twice [[sim tokens=40]]')
  await page.evaluate(() => {
    const composer = document.querySelector('[data-testid=composer]')
    for (let i = 0; i < 2; i++) {
      composer?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
    }
  })
  await status('done')
  expect(simulator.stats().messages).toBe(1)
  expect(await page.getByTestId('answer').count()).toBe(1)
})

browserTest('a failed answer says why, and Retry asks again', async () => {
  await ask('Fail once [[sim tokens=100 fault=reset@20 times=1]]')
  await status('failed')
  expect((await answerText().textContent())?.length).toBeGreaterThan(20)
  await page.getByTestId('retry').click()
  await status('done')
  expect(await rawText()).toBe(simulator.stats().requests[1]?.text)
  expect(simulator.stats().messages).toBe(2)
})

browserTest('a second question carries the conversation', async () => {
  await ask('First [[sim tokens=40]]')
  await status('done')
  await ask('Second [[sim tokens=40]]')
  await page.waitForFunction(() => document.querySelectorAll('[data-testid=answer]').length === 2)
  await status('done')
  expect(simulator.stats().requests[1]?.prompt).toContain('Second')
  expect(await page.getByTestId('prompt').allTextContents()).toEqual([
    expect.stringContaining('First'),
    expect.stringContaining('Second'),
  ])
})
