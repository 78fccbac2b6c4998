import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { copiedAnswer } from './copied-answer.ts'
import { answers, ask, lastText } from './actions.ts'
import { pageTest } from './page-test.ts'

const MARKDOWN = /\/assets\/markdown-[^/]+\.js$/
const DIALOGS = /\/assets\/(?:list-dialog|conversation-menu)-[^/]+\.js$/

const plainText = (page: Page) => page.getByTestId('answer-text').getByTestId('plain-text')

pageTest('the markdown renderer is loaded before the first question', async ({ page }) => {
  const loaded = page.waitForResponse(MARKDOWN)
  await page.reload()
  expect((await loaded).status()).toBe(200)
  expect(await page.getByTestId('answer').count()).toBe(0)
})

pageTest(
  'when the markdown renderer cannot be loaded, an answer is plain text until it can',
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

pageTest('while the markdown renderer is loading, an answer is plain text', async ({ page }) => {
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
  'after a new release an old page still asks, shows answers as text, and offers to reload',
  async ({ page, simulator }) => {
    let gone = true
    // The page retries for about a minute. The test does not wait for that.
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
