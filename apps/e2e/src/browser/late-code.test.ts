import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { copiedAnswer } from './copied-answer.ts'
import { answers, ask, lastText } from './actions.ts'
import { pageTest } from './page-test.ts'

const MARKDOWN = /\/assets\/markdown-[^/]+\.js$/
const DIALOGS = /\/assets\/(?:page-dialogs|conversation-menu)-[^/]+\.js$/

const plainText = (page: Page) => page.getByTestId('answer-text').getByTestId('plain-text')

pageTest('the markdown is loaded before anything is asked', async ({ page }) => {
  const loaded = page.waitForResponse(MARKDOWN)
  await page.reload()
  expect((await loaded).status()).toBe(200)
  expect(await page.getByTestId('answer').count()).toBe(0)
})

pageTest(
  'an answer whose markdown cannot be loaded is its text, and markdown once that can be loaded',
  async ({ page, simulator }) => {
    await page.route(MARKDOWN, (route) => route.abort())
    await page.reload()
    await ask(page, 'Plain [[sim tps=0 tokens=3000 thinking=0]]')
    await answers(page, 1)
    await plainText(page).waitFor()
    expect(await lastText(page).textContent()).toBe(simulator.stats().requests[0]?.text)
    expect(await page.locator('.md-group').count()).toBe(0)
    expect(await copiedAnswer(page)).toBe(simulator.stats().requests[0]?.text)
    await page.unroute(MARKDOWN)
    await page.getByTestId('answer-text').locator('.md-group p').first().waitFor()
    expect(await plainText(page).count()).toBe(0)
  },
  { complaints: [/Failed to load resource: net::ERR_FAILED/] },
)

pageTest('an answer whose markdown takes long to load is plain text meanwhile', async ({ page }) => {
  let deliver = () => {}
  await page.route(MARKDOWN, (route) => {
    deliver = () => void route.continue()
  })
  await page.reload({ waitUntil: 'domcontentloaded' })
  await ask(page, 'Slow [[sim tps=0 tokens=300 thinking=0]]')
  await answers(page, 1)
  await plainText(page).waitFor({ state: 'visible' })
  deliver()
  await page.locator('.md-group').first().waitFor()
  expect(await plainText(page).count()).toBe(0)
})

pageTest(
  'when a release is gone, the page asks and shows answers as text, and offers to be reloaded',
  async ({ page, simulator }) => {
    let gone = true
    // About a minute of attempts, of which the test waits for none.
    await page.clock.install()
    page.on('response', (response) => {
      if (response.status() === 404) void page.clock.fastForward('00:15').catch(() => {})
    })
    for (const file of [MARKDOWN, DIALOGS]) {
      await page.route(file, (route) => (gone ? route.fulfill({ status: 404 }) : route.continue()))
    }
    await page.reload()
    await ask(page, 'Anyone? [[sim tps=0 tokens=300 thinking=20]]')
    await answers(page, 1)
    const reload = page.getByRole('button', { name: 'Reload the page' })
    await reload.waitFor()
    expect(await plainText(page).textContent()).toBe(simulator.stats().requests[0]?.text)
    expect(await page.getByTestId('conversation-menu').count()).toBe(0)
    gone = false
    await reload.click()
    await lastText(page).locator('.md-group').first().waitFor()
    await page.getByTestId('conversation-menu').waitFor()
    expect(simulator.stats().messages).toBe(1)
  },
  {
    complaints: [
      /Failed to load resource: the server responded with a status of 404/,
      /dynamically imported/,
    ],
  },
)
