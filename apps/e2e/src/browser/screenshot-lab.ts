import { resolve } from 'node:path'
import type { Browser } from 'playwright-core'
import { ask, textLongerThan } from './actions.ts'
import { startDev } from './start-dev.ts'

/** The lab with a slow reader, so that the gate is shut: in development, for no build has a lab. */
export async function photographLab(browser: Browser, path: string): Promise<void> {
  await using dev = await startDev(resolve(import.meta.dirname, '../../../..'))
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.goto(dev.url)
  await page.getByTestId('model').waitFor()
  await page.keyboard.press('F2')
  await page.getByTestId('lab').waitFor()
  await page.getByLabel('The reader renders').selectOption('300')
  await ask(page, 'Tell me about canal locks [[sim ttft=0 tps=2000 tokens=30000 thinking=0]]')
  await textLongerThan(page, 1200)
  await page.getByTestId('lab-pump').filter({ hasText: 'paused' }).waitFor()
  await page.screenshot({ path })
  await page.close()
}
