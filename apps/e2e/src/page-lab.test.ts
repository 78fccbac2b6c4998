import { resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium, noBrowser } from './chromium.ts'
import { ask, status, textLongerThan } from './page/acts.ts'
import { type Dev, startDev } from './page/start-dev.ts'

let dev: Dev
let browser: Browser
let page: Page

const labTest = noBrowser === undefined ? test : test.skip

beforeAll(async () => {
  if (noBrowser !== undefined) return
  dev = await startDev(resolve(import.meta.dirname, '../../..'))
  browser = await launchChromium()
  page = await browser.newPage({ viewport: { width: 1400, height: 900 } })
  await page.goto(dev.url)
  await page.getByTestId('model').waitFor()
})
afterAll(async () => {
  await browser?.close()
  await dev?.[Symbol.asyncDispose]()
})

labTest('one key opens the lab; a slow reader shuts the gate, and drops and 502s are survived', async () => {
  await page.keyboard.press('F2')
  await page.getByTestId('lab').waitFor()
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
