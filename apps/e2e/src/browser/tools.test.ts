import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { ask, lastAnswer, lastText, status } from './actions.ts'
import { pageTest } from './page-test.ts'

const MILK = 'Add a note to buy milk'
const BOTH = `Add both [[sim tool=notes.add+notes.add thinking=0 input='[{"title":"Milk"},{"title":"Bread"}]']]`

const call = (page: Page, index = 0) => page.getByTestId('tool-call').nth(index)
const line = (page: Page, index = 0) => page.getByTestId('tool-line').nth(index)
const allow = (page: Page) => page.getByTestId('allow').first()
const deny = (page: Page) => page.getByTestId('deny').first()
const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute('data-testid') ?? document.activeElement?.tagName)
const said = (page: Page) => page.getByTestId('announcer').textContent()

/** Has a tab ask at once what other tabs and devices have changed, as when its window gets the focus. */
function focusOn(tab: Page): Promise<void> {
  return tab.evaluate(() => void window.dispatchEvent(new Event('visibilitychange')))
}

/** Resolves when the call has this state. */
function state(page: Page, expected: string, index = 0): Promise<void> {
  return page.locator(`[data-testid=tool-call][data-state=${expected}]`).nth(index).waitFor()
}

async function notes(page: Page): Promise<string[]> {
  await page.getByTestId('open-notes').click()
  await page.getByTestId('note').or(page.getByText('Your notes will be listed here.')).first().waitFor()
  return page.getByTestId('note').getByRole('heading').allInnerTexts()
}

pageTest('a call is allowed by keyboard: the note is there, and the answer goes on', async (world) => {
  const { page, simulator } = world
  await ask(page, `${MILK} [[sim thinking=0]]`)
  await page.keyboard.type('And')
  await allow(page).waitFor()
  await page.keyboard.type(' then?')
  // The card does not take the focus, and says what it would do.
  expect(await page.getByTestId('composer').inputValue()).toBe('And then?')
  expect(await call(page).innerText()).toContain('Add the note')
  await expect.poll(() => said(page)).toMatch(/Claude wants to add the note .*\. Allow or deny\./)
  expect(simulator.stats().messages).toBe(1)

  await page.keyboard.press('Shift+Tab')
  expect(await focused(page)).toBe('deny')
  await page.keyboard.press('Shift+Tab')
  expect(await focused(page)).toBe('allow')
  await page.keyboard.press('Enter')
  // The focus stays in the place of the button.
  expect(await focused(page)).toBe('SUMMARY')
  await state(page, 'done')
  await lastAnswer(page).getByTestId('copy-answer').waitFor()
  expect(await line(page).innerText()).toMatch(/^done/i)
  expect((await lastText(page).textContent())?.length).toBeGreaterThan(10)
  expect(await page.getByTestId('answer').count()).toBe(1)
  expect(simulator.stats().messages).toBe(2)

  const shown = await lastAnswer(page).getByTestId('answer-text').allTextContents()
  await page.reload()
  await state(page, 'done')
  expect(await lastAnswer(page).getByTestId('answer-text').allTextContents()).toEqual(shown)
  expect(await notes(page)).toEqual([expect.stringMatching(/milk/i)])
})

pageTest('a denied call is not executed, and the answer goes on', async ({ page, simulator }) => {
  await ask(page, `${MILK} [[sim thinking=0]]`)
  await deny(page).click()
  await lastAnswer(page).getByTestId('copy-answer').waitFor()
  expect(await line(page).innerText()).toMatch(/^denied/i)
  expect(simulator.stats().messages).toBe(2)
  await page.reload()
  await state(page, 'failed')
  expect(await line(page).innerText()).toContain('denied')
  expect(await notes(page)).toEqual([])
})

pageTest('nothing moves when a call is allowed, and Stop ends the answer that goes on', async ({ page }) => {
  await ask(page, `${MILK} [[sim thinking=0 fault=stall@0 round=1]]`)
  await allow(page).waitFor()
  await page.getByTestId('held').waitFor()
  // Until the page has come to rest at its end.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))))
  await page.evaluate(() => {
    const shifts: unknown[] = []
    Object.assign(window, { shifts })
    new PerformanceObserver((list) => {
      const moved = list
        .getEntries()
        .flatMap((shift) => (shift as unknown as { sources: { node?: Node }[] }).sources)
      // The question loses its button to edit it.
      shifts.push(...moved.filter(({ node }) => node?.parentElement?.closest('[data-testid=answer]')))
    }).observe({ type: 'layout-shift' })
  })
  const card = await call(page).boundingBox()
  const below = await page.getByTestId('held').boundingBox()
  await allow(page).click()
  await state(page, 'done')
  const waiting = page.locator('[data-testid=connection][data-status=waiting]')
  await waiting.waitFor()
  expect(await call(page).boundingBox()).toEqual(card)
  expect((await waiting.boundingBox())?.y).toBe(below?.y)
  expect(await page.evaluate(() => (window as unknown as { shifts: unknown[] }).shifts)).toEqual([])

  await page.getByTestId('stop').click()
  await page.getByTestId('ending').waitFor()
  expect(await page.getByTestId('ending').innerText()).toContain('Stopped.')
  expect(await call(page).getAttribute('data-state')).toBe('done')
})

pageTest('calls that wait survive a reload, and another tab decides', async (world) => {
  const { page, context, simulator } = world
  await ask(page, BOTH)
  await page.getByTestId('allow').nth(1).waitFor()
  await page.reload()
  await page.getByTestId('allow').nth(1).waitFor()
  const second = await context.newPage()
  await second.goto(page.url())
  await second.getByTestId('allow').nth(1).waitFor()

  await allow(second).click()
  await second.getByTestId('allow').nth(1).waitFor({ state: 'detached' })
  await focusOn(page)
  await page.getByTestId('allow').nth(1).waitFor({ state: 'detached' })
  expect(await line(page).innerText()).toMatch(/^allowed/i)
  expect(simulator.stats().messages).toBe(1)

  await deny(second).click()
  await second.getByTestId('copy-answer').waitFor()
  await focusOn(page)
  await page.getByTestId('copy-answer').waitFor()
  for (const tab of [page, second]) {
    await state(tab, 'done')
    await state(tab, 'failed')
    expect(await line(tab, 1).innerText()).toMatch(/^denied/i)
  }
  expect(await lastText(second).textContent()).toBe(await lastText(page).textContent())
  expect(simulator.stats().messages).toBe(2)
  expect(await notes(page)).toEqual(['Milk'])
})

pageTest(
  'a call that was decided differently in another tab says so',
  async ({ page, context }) => {
    await ask(page, BOTH)
    await page.getByTestId('allow').nth(1).waitFor()
    const second = await context.newPage()
    await second.goto(page.url())
    await second.getByTestId('allow').nth(1).waitFor()
    await deny(second).click()
    await second.getByTestId('allow').nth(1).waitFor({ state: 'detached' })
    // Its press of the button comes before it has heard of the other one.
    await allow(page).click()
    await page.getByTestId('problem').waitFor()
    expect(await page.getByTestId('problem').innerText()).toContain('already decided')
    await page.getByTestId('allow').nth(1).waitFor({ state: 'detached' })
    expect(await line(page).innerText()).toMatch(/^denied/i)
  },
  { complaints: [/409/] },
)

pageTest('a new question declines what waits', async ({ page, simulator }) => {
  await ask(page, `${MILK} [[sim thinking=0]]`)
  await allow(page).waitFor()
  await ask(page, 'Never mind [[sim tokens=20 thinking=0]]')
  await page.getByTestId('answer').nth(1).waitFor()
  await status(page, 'done')
  expect(await page.getByTestId('allow').count()).toBe(0)
  expect(await line(page).innerText()).toMatch(/^denied/i)
  expect(simulator.stats().messages).toBe(2)
  await page.reload()
  await page.getByTestId('answer').nth(1).waitFor()
  expect(await line(page).innerText()).toContain('denied')
  expect(await notes(page)).toEqual([])
})

pageTest(
  'a decision that cannot reach the server for a while is made once',
  async ({ page, context, simulator }) => {
    await ask(page, `${MILK} [[sim thinking=0]]`)
    await allow(page).waitFor()
    await context.setOffline(true)
    await allow(page).click()
    await page.getByTestId('allow').waitFor({ state: 'detached' })
    await context.setOffline(false)
    await state(page, 'done')
    await page.getByTestId('copy-answer').waitFor()
    expect(simulator.stats().messages).toBe(2)
    expect(await notes(page)).toHaveLength(1)
  },
  { complaints: [/ERR_INTERNET_DISCONNECTED/] },
)
