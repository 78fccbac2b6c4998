import { resolve } from 'node:path'
import type { Browser } from 'playwright-core'
import { textLongerThan } from './actions.ts'
import { startDev } from './start-dev.ts'

/** The lab with a slow reader and a full window. In development: no build has a lab. */
export async function photographLab(browser: Browser, path: string): Promise<void> {
  await using dev = await startDev(resolve(import.meta.dirname, '../../../..'))
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.goto(dev.url)
  await page.getByTestId('model').waitFor()
  await page.keyboard.press('F2')
  await page.getByTestId('lab').waitFor()
  await page.getByRole('button', { name: 'Slow reader' }).click()
  await textLongerThan(page, 1200)
  await page.locator('[data-testid=lab-pump][data-state=waiting]').waitFor()
  await page.screenshot({ path })
  await page.close()
}
