import { readFile } from 'node:fs/promises'
import type { Browser, Frame, Page } from 'playwright-core'
import { status, textLongerThan } from './actions.ts'
import { askUnseen } from './ask-unseen.ts'
import { encodeGif } from './encode-gif.ts'
import { recordFrames } from './record-frames.ts'

const SIZE = { width: 800, height: 560 }
const QUESTION = 'Explain backpressure with an everyday comparison'

/** A film, as a GIF, of an answer that is reloaded in the middle and goes on. `url` is where the page is served. */
export async function filmReload(browser: Browser, url: string): Promise<Buffer> {
  const context = await browser.newContext({ viewport: SIZE, colorScheme: 'light' })
  await using page = await context.newPage()
  const html = await readFile(`${import.meta.dirname}/film-window.html`, 'utf8')
  await page.route(`${url}/film`, (route) =>
    route.fulfill({ contentType: 'text/html; charset=utf-8', body: html }),
  )
  // The page forbids being shown in another one.
  await page.route(/\/(?:chat\/.*)?$/, async (route) => {
    const response = await route.fetch()
    const { 'content-security-policy': _, ...headers } = response.headers()
    await route.fulfill({ response, headers })
  })
  await page.goto(`${url}/film`)
  const frame = page.frames()[1]
  if (frame === undefined) throw new Error('the film has no page in its window')
  await frame.getByTestId('composer').waitFor()
  const frames = await recordFrames(page, { every: 130, scene: play(page, frame) })
  return encodeGif(browser, frames, SIZE)
}

async function play(page: Page, frame: Frame): Promise<void> {
  await caption(page, 'An answer from Claude, streaming')
  await page.waitForTimeout(600)
  await askUnseen(page, QUESTION, 'ttft=400 tps=75 thinking=0', frame)
  await textLongerThan(frame, 500)
  await caption(page, 'The page is reloaded in the middle')
  await page.evaluate(() => document.querySelector('#pointer')?.classList.add('at-reload'))
  await page.waitForTimeout(700)
  await page.evaluate(() => document.querySelector('#reload')?.classList.add('pressed'))
  await frame.evaluate(() => window.location.reload())
  await textLongerThan(frame, 500)
  await caption(page, 'The answer goes on: the same call to Claude, no token lost or paid twice')
  await page.waitForTimeout(500)
  await page.evaluate(() => document.querySelector('#reload')?.classList.remove('pressed'))
  await status(frame, 'done')
  await page.waitForTimeout(2500)
}

function caption(page: Page, text: string): Promise<void> {
  return page.evaluate((words) => document.querySelector('footer')?.replaceChildren(words), text)
}
