import { resolve } from 'node:path'
import type { APIResponse, Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium, noBrowser } from './chromium.ts'
import { copiedAnswer } from './copied-answer.ts'
import { ask, lastAnswer, status, textLongerThan } from './actions.ts'
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

/** Asked past the page, which may be frozen. */
async function ofRun(procedure: string, runId: string): Promise<APIResponse> {
  const input = encodeURIComponent(JSON.stringify({ runId }))
  return page.context().request.get(`${dev.url}/trpc/${procedure}?input=${input}`)
}

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

labTest('one key opens the lab; a slow reader shuts the gate, and drops and 502s are survived', async () => {
  await openLab()
  await page.getByLabel('The reader renders').selectOption('1000')
  await ask(page, 'Slowly [[sim ttft=0 tps=4000 tokens=12000 thinking=0]]')
  const pump = page.getByTestId('lab-pump')
  await pump.filter({ hasText: 'pump paused' }).waitFor()
  await page.getByTestId('lab-drop').click()
  await page.getByTestId('lab-figures').filter({ hasText: 'reconnects1' }).waitFor()
  await page.getByTestId('lab-down').click()
  await page.getByTestId('lab-drop').click()
  await page.locator('[data-testid=connection][data-status=reconnecting]').waitFor()
  await page.getByTestId('lab-down').click()
  await page.locator('[data-testid=connection][data-status=writing]').waitFor()
  await page.getByLabel('The reader renders').selectOption('full')
  await textLongerThan(page, 20_000)
  await status(page, 'done')
  await pump.filter({ hasText: 'run ended' }).waitFor()
})

labTest('the simulator is asked by what is put into the prompt', async () => {
  await page.getByTestId('composer').fill('Fail, please')
  await page.getByLabel('What goes wrong').selectOption('reset@40')
  expect(await page.getByTestId('composer').inputValue()).toBe('Fail, please [[sim fault=reset@40]]')
  await page.getByTestId('composer').press('Enter')
  await page.getByTestId('answer').nth(1).waitFor()
  await status(page, 'failed')
})

labTest('a frozen tab shuts the gate a window after its last ack, and then shows all of it', async () => {
  await openLab()
  let acked = 0
  page.on('request', (request) => {
    if (request.url().includes('/runs.ack')) acked = request.postDataJSON().position
  })
  const started = page.waitForRequest(/chat\.start/)
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
