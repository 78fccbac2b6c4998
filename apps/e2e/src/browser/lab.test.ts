import { resolve } from 'node:path'
import type { APIResponse, Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium, noBrowser } from './chromium.ts'
import { copiedAnswer } from './copied-answer.ts'
import { ask, lastAnswer, lastText, status, textLongerThan } from './actions.ts'
import { type Dev, startDev } from './start-dev.ts'

let dev: Dev
let browser: Browser
let page: Page

const labTest = noBrowser === undefined ? test : test.skip

beforeAll(async () => {
  if (noBrowser !== undefined) return
  dev = await startDev(resolve(import.meta.dirname, '../../../..'))
  browser = await launchChromium()
  page = await browser.newPage({ viewport: { width: 1400, height: 900 } })
  await page.goto(dev.url)
  await page.getByTestId('model').waitFor()
})
afterAll(async () => {
  await browser?.close()
  await dev?.[Symbol.asyncDispose]()
})

async function openLab(): Promise<void> {
  const lab = page.getByTestId('lab')
  if (!(await lab.isVisible())) await page.keyboard.press('F2')
  await lab.waitFor()
}

/** Resolves when the picture says so of the pump. */
async function pump(state: 'waiting' | 'ended'): Promise<void> {
  await page.locator(`[data-testid=lab-pump][data-state=${state}]`).waitFor()
}

/** Asked past the page, which may be frozen. */
async function ofRun(procedure: string, runId: string): Promise<APIResponse> {
  const input = encodeURIComponent(JSON.stringify({ runId }))
  return page.context().request.get(`${dev.url}/trpc/${procedure}?input=${input}`)
}

labTest('in development, a file is uploaded and shown through Vite', async () => {
  const { request } = page.context()
  const file = Buffer.from('%PDF-1.4'.padEnd(3_000_000, 'x'))
  const upload = await request.post(`${dev.url}/attachments?name=plan.pdf`, { data: file })
  expect(upload.status()).toBe(201)
  const { attachmentId } = (await upload.json()) as { attachmentId: string }
  const shown = await request.get(`${dev.url}/attachments/${attachmentId}`)
  expect((await shown.body()).equals(file)).toBe(true)
})

interface Flow {
  end: number
  paused: boolean
  windowChars: number
}

async function flowOf(runId: string): Promise<Flow> {
  const { result } = (await (await ofRun('lab.state', runId)).json()) as { result: { data: Flow } }
  return result.data
}

/** The answer that the server keeps. */
async function textOf(runId: string): Promise<string> {
  const stream = await (await ofRun('runs.events', runId)).text()
  const events = [...stream.matchAll(/^data: (\{.*)$/gm)].map(([, data = '']) => JSON.parse(data))
  return events.map((event) => (event.type === 'text' ? event.text : '')).join('')
}

labTest(
  'the key opens the lab from the first moment of the page, and lays it beside the answer',
  async () => {
    const early = await browser.newPage({ viewport: { width: 1024, height: 768 } })
    await early.addInitScript(() => {
      new MutationObserver((_, observer) => {
        if (!document.querySelector('[data-testid=composer]')) return
        observer.disconnect()
        dispatchEvent(new KeyboardEvent('keydown', { key: 'F2' }))
      }).observe(document, { subtree: true, childList: true })
    })
    await early.goto(dev.url)
    const lab = await early.getByTestId('lab').elementHandle()
    const conversation = await early.getByRole('main').boundingBox()
    expect((conversation?.x ?? 0) + (conversation?.width ?? 0)).toBe((await lab?.boundingBox())?.x)
    expect(conversation?.width).toBeGreaterThan(400)
    await early.close()
  },
)

labTest('one key opens the lab; a full window, drops and 502s are survived', async () => {
  await openLab()
  await page.getByLabel('This page shows').selectOption('1000')
  await ask(page, 'Slowly [[sim ttft=0 tps=4000 tokens=12000 thinking=0]]')
  await pump('waiting')
  await page.getByTestId('lab-drop').click()
  await page.getByTestId('lab-figures').filter({ hasText: 'Reconnects: 1' }).waitFor()
  await page.getByTestId('lab-down').click()
  await page.getByTestId('lab-drop').click()
  await page.locator('[data-testid=connection][data-status=reconnecting]').waitFor()
  await page.locator('[data-testid=connection][data-status=writing]').waitFor()
  await page.getByLabel('This page shows').selectOption('Infinity')
  await textLongerThan(page, 20_000)
  await status(page, 'done')
  await pump('ended')
})

labTest('the selects and the directive in the prompt follow each other', async () => {
  const composer = page.getByTestId('composer')
  const length = page.getByLabel('Length')
  await composer.fill('Fail, please [[sim ttft=0 tokens=1234]]')
  expect(await length.inputValue()).toBe('tokens=1234')
  await page.getByLabel('What goes wrong').selectOption('connection reset in mid-answer')
  expect(await composer.inputValue()).toBe('Fail, please [[sim ttft=0 tokens=1234 fault=reset@40]]')
  await composer.press('Enter')
  expect(await length.inputValue()).toBe('')
  await page.getByTestId('answer').nth(1).waitFor()
  await status(page, 'failed')
})

labTest('slow reader: Claude waits for the page, and writes to the end once the page keeps up', async () => {
  await openLab()
  // Until its acks are let through, a page that shows text tells the server of none.
  let release = () => {}
  const released = new Promise<void>((onRelease) => (release = onRelease))
  await page.route(/runs\.ack/, async (route) => {
    await released
    await route.continue()
  })
  const started = page.waitForRequest(/chat\.send/)
  await page.getByRole('button', { name: 'Slow reader' }).click()
  const { runId } = (await started).postDataJSON()
  await pump('waiting')
  await page.getByTestId('lab-flow').getByText('Sent to this page 16,384').waitFor()

  const waiting = await flowOf(runId)
  await textLongerThan(page, ((await lastText(page).textContent()) ?? '').length + 300)
  const later = await flowOf(runId)
  expect(later.end).toBe(waiting.end)
  // Nothing is acknowledged. What is beyond the window came with the last read.
  expect(later.end).toBeGreaterThanOrEqual(later.windowChars)
  expect(later.end).toBeLessThan(1.5 * later.windowChars)

  await page.getByRole('button', { name: 'Let it flow' }).click()
  release()
  await pump('ended')
  await status(page, 'done')
  await page.getByTestId('lab-slow-reader').getByText('The whole answer is on the page').waitFor()
  expect(await lastAnswer(page).getAttribute('data-gaps')).toBe('0')
  expect(await copiedAnswer(page)).toBe(await textOf(runId))
  await page.unroute(/runs\.ack/)
})

labTest('a frozen tab stops Claude a window after its last ack, and then shows all of it', async () => {
  await openLab()
  let acked = 0
  page.on('request', (request) => {
    if (request.url().includes('/runs.ack')) acked = request.postDataJSON().position
  })
  const started = page.waitForRequest(/chat\.send/)
  await ask(page, 'Freeze [[sim ttft=0 tps=2500 tokens=16000 thinking=0]]')
  const { runId } = (await started).postDataJSON()
  await textLongerThan(page, 5000)

  const tab = { frozen: true }
  const thawed = page
    .getByTestId('lab-freeze')
    .click()
    .finally(() => (tab.frozen = false))
  let flow = await flowOf(runId)
  while (tab.frozen && !flow.paused) flow = await flowOf(runId)
  expect(tab.frozen).toBe(true)
  expect(flow.end - acked).toBeLessThan(2 * flow.windowChars)

  await thawed
  await status(page, 'done')
  expect(await lastAnswer(page).getAttribute('data-gaps')).toBe('0')
  expect(await copiedAnswer(page)).toBe(await textOf(runId))
})
