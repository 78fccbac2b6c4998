import type { Browser } from 'playwright-core'
import { coloured, status } from './actions.ts'
import { askUnseen } from './ask-unseen.ts'

/** A finished answer with code, a table, emoji, Chinese and Hindi. `url` is where the page is served. */
export async function photographAnswer(browser: Browser, url: string, path: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1280 } })
  await page.goto(url)
  await askUnseen(page, 'Why does an emoji have a length of 2?', 'ttft=300 tps=80 thinking=0')
  await status(page, 'done')
  await coloured(page)
  await page.screenshot({ path })
  await page.close()
}
