import { expect } from 'vitest'
import { copiedAnswer } from './copied-answer.ts'
import { answers, ask, lastText } from './actions.ts'
import { pageTest } from './page-test.ts'

const MARKDOWN = /\/assets\/markdown-[^/]+\.js$/
const LATER = /\/assets\/later-[^/]+\.js$/
const ABORTED = { complaints: [/Failed to load resource: net::ERR_FAILED/] }

pageTest('the markdown is loaded before anything is asked', async ({ page }) => {
  const loaded = page.waitForResponse(MARKDOWN)
  await page.reload()
  expect((await loaded).status()).toBe(200)
  expect(await page.getByTestId('answer').count()).toBe(0)
})

pageTest('while idle the page rehearses an answer, of which nobody sees anything', async ({ page }) => {
  await page.addInitScript(() => {
    const rehearsed = { times: 0, uneven: 0 }
    Object.assign(window, { rehearsed })
    // It hears of what one task did to the page, once that is over.
    new MutationObserver((records) => {
      const counts = { addedNodes: 0, removedNodes: 0 }
      for (const record of records) {
        for (const list of ['addedNodes', 'removedNodes'] as const) {
          for (const node of record[list]) {
            if (node instanceof HTMLElement && node.style.visibility === 'hidden') counts[list]++
          }
        }
      }
      rehearsed.times += counts.addedNodes
      if (counts.addedNodes !== counts.removedNodes) rehearsed.uneven++
    }).observe(document, { childList: true, subtree: true })
  })
  await page.reload()
  const rehearsed = () =>
    page.evaluate(() => (window as unknown as { rehearsed: { times: number; uneven: number } }).rehearsed)
  await expect.poll(async () => (await rehearsed()).times, { timeout: 20_000 }).toBeGreaterThan(20)
  expect(await rehearsed()).toMatchObject({ uneven: 0 })
  expect(await page.locator('.md-group').count()).toBe(0)
})

pageTest(
  'an answer whose markdown cannot be loaded is its text, and markdown with the next question at the latest',
  async ({ page, simulator }) => {
    await page.route(MARKDOWN, (route) => route.abort())
    await page.reload()
    await ask(page, 'Plain [[sim tps=0 tokens=3000 thinking=0]]')
    await answers(page, 1)
    await page.locator('.md-unread').waitFor()
    expect(await lastText(page).textContent()).toBe(simulator.stats().requests[0]?.text)
    expect(await page.locator('.md-group').count()).toBe(0)
    expect(await copiedAnswer(page)).toBe(simulator.stats().requests[0]?.text)
    await page.unroute(MARKDOWN)
    await ask(page, 'Markdown [[sim tps=0 tokens=300 thinking=0]]')
    await answers(page, 2)
    for (const index of [0, 1]) {
      await page.getByTestId('answer-text').nth(index).locator('.md-group p').first().waitFor()
    }
    expect(await page.locator('.md-unread').count()).toBe(0)
  },
  ABORTED,
)

pageTest(
  'an answer whose markdown is on its way for long is shown as it came meanwhile',
  async ({ page }) => {
    let deliver = () => {}
    await page.route(MARKDOWN, (route) => {
      deliver = () => void route.continue()
    })
    await page.reload({ waitUntil: 'domcontentloaded' })
    await ask(page, 'Slow [[sim tps=0 tokens=300 thinking=0]]')
    await answers(page, 1)
    await page.locator('.md-unread').waitFor({ state: 'visible' })
    deliver()
    await page.locator('.md-group').first().waitFor()
    expect(await page.locator('.md-unread').count()).toBe(0)
  },
)

pageTest(
  'a release that is gone takes no answer with it: what was loaded at first asks and shows',
  async ({ page, simulator }) => {
    for (const file of [MARKDOWN, LATER]) await page.route(file, (route) => route.fulfill({ status: 404 }))
    // The last of twelve attempts, at about eight seconds.
    let attempts = 0
    const gone = new Promise<void>((resolve) => {
      page.on('response', (response) => {
        if (LATER.test(response.url()) && ++attempts === 12) resolve()
      })
    })
    await page.reload()
    await gone
    await ask(page, 'Anyone? [[sim tps=0 tokens=300 thinking=20]]')
    await answers(page, 1)
    await page.locator('.md-unread').waitFor()
    expect(await lastText(page).textContent()).toBe(simulator.stats().requests[0]?.text)
  },
  { complaints: [/Failed to load resource: the server responded with a status of 404/] },
)
