import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { answers, ask, showFigures, textLongerThan } from './actions.ts'
import { pageTest } from './page-test.ts'

const WIDTHS = [390, 768, 1440]

/** Where an element begins and how wide it is, in whole pixels. */
async function across(page: Page, selector: string): Promise<{ x: number; width: number }> {
  const box = await page.locator(selector).last().boundingBox()
  return { x: Math.round(box?.x ?? 0), width: Math.round(box?.width ?? 0) }
}

pageTest(
  'an empty page has the composer in its middle, and a suggestion is asked at one press',
  async ({ page, simulator }) => {
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 })
      const { y = 0, height = 0 } = (await page.locator('form').boundingBox()) ?? {}
      expect(y, `${width} px`).toBeGreaterThan(800 * 0.25)
      expect(y + height, `${width} px`).toBeLessThan(800 * 0.75)
    }
    expect(await page.getByTestId('suggestion').count()).toBe(4)
    const words = await page.getByTestId('suggestion').first().innerText()
    await page.getByTestId('suggestion').first().click()
    await answers(page, 1)
    expect(await page.getByTestId('prompt').innerText()).toBe(words)
    expect(simulator.stats().messages).toBe(1)
    expect(await page.getByTestId('suggestion').count()).toBe(0)
    expect(await page.getByTestId('composer').evaluate((field) => field === document.activeElement)).toBe(
      true,
    )
  },
)

pageTest('the composer is as wide as the text above it', async ({ page }) => {
  await ask(page, 'Wide [[sim tokens=2000 tps=0]]')
  await answers(page, 1)
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 })
    const text = await across(page, '[data-testid=answer-text]')
    expect(await across(page, 'form'), `${width} px`).toEqual(text)
  }
})

pageTest(
  'what is written while an answer is written is not sent, and the page says why',
  async ({ page, simulator }) => {
    await ask(page, 'Long [[sim tokens=20000 thinking=0]]')
    await textLongerThan(page, 50)
    expect(await page.getByTestId('wait').count()).toBe(0)
    await ask(page, 'Next [[sim tokens=20]]')
    expect(await page.getByTestId('wait').innerText()).toBe('Wait for the answer to finish, or press Stop.')
    expect(await page.getByTestId('composer').inputValue()).toBe('Next [[sim tokens=20]]')
    await page.getByTestId('stop').click()
    await page.getByTestId('wait').waitFor({ state: 'detached' })
    await page.getByTestId('composer').press('Enter')
    await answers(page, 2)
    expect(simulator.stats().messages).toBe(2)
  },
)

pageTest('figures are shown once they are wanted, also after a reload', async ({ page }) => {
  await ask(page, 'One [[sim tokens=20]]')
  await answers(page, 1)
  await ask(page, 'Two [[sim tokens=20]]')
  await answers(page, 2)
  await page.getByTestId('regenerate').waitFor()
  expect(await page.getByTestId('usage').or(page.getByTestId('totals')).count()).toBe(0)
  await showFigures(page)
  await page.getByTestId('totals').waitFor()
  expect(await page.getByTestId('usage').count()).toBe(2)
  await page.reload()
  await page.getByTestId('totals').waitFor()
  expect(await page.getByTestId('usage').count()).toBe(2)
})

pageTest(
  'the window is named after the conversation, and says while an answer is written',
  async ({ page }) => {
    expect(await page.title()).toBe('Sluice')
    await ask(page, 'About tides [[sim tokens=20000 thinking=0]]')
    await textLongerThan(page, 50)
    expect(await page.title()).toBe('… About tides · Sluice')
    await page.keyboard.press('Escape')
    await expect.poll(() => page.title()).toBe('About tides · Sluice')
    await page.getByRole('button', { name: 'New chat' }).click()
    expect(await page.title()).toBe('Sluice')
  },
)

pageTest(
  'a theme that was chosen is there before any of the page’s code',
  async ({ page }) => {
    await page.emulateMedia({ colorScheme: 'light' })
    const scheme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const light = await ground()
    expect(await scheme()).toBe('light dark')
    await page.getByTestId('conversation-menu').click()
    await page.getByRole('menuitemradio', { name: 'Dark theme' }).click()
    const dark = await ground()
    expect(await scheme()).toBe('dark')
    expect(dark).not.toBe(light)
    expect(await page.locator('meta[name=theme-color][media=all]').getAttribute('data-theme')).toBe('dark')

    await page.route(/\/assets\/.*\.js$/, (route) => route.abort())
    await page.reload()
    expect(await page.locator('#root').innerHTML()).toBe('')
    expect([await scheme(), await ground()]).toEqual(['dark', dark])

    await page.unroute(/\/assets\/.*\.js$/)
    await page.reload()
    await page.getByTestId('conversation-menu').click()
    expect(await page.getByRole('menuitemradio', { name: 'Dark theme' }).getAttribute('aria-checked')).toBe(
      'true',
    )
    await page.getByRole('menuitemradio', { name: 'System theme' }).click()
    expect([await scheme(), await ground()]).toEqual(['light dark', light])
  },
  { complaints: [/Failed to load resource: net::ERR_FAILED/] },
)

pageTest('at every width there is one New chat', async ({ page }) => {
  await ask(page, 'One [[sim tokens=20]]')
  await answers(page, 1)
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 })
    // By role: without what is not displayed.
    expect(await page.getByRole('button', { name: 'New chat' }).count(), `${width} px`).toBe(1)
  }
  await page.setViewportSize({ width: 390, height: 800 })
  await page.getByTestId('open-list').click()
  await page.getByTestId('list-dialog').waitFor()
  expect(await page.getByTestId('list-dialog').getByText('New chat').count()).toBe(0)
})

/** Buttons, selects and the like that are shown and smaller than a fingertip; links within a text are not counted. */
function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('button, select, summary, [role^=menuitem], a, input:not([type=file])')]
      .filter(
        (target) => !target.closest('p, li > a, td') && target.checkVisibility({ visibilityProperty: true }),
      )
      .filter((target) => getComputedStyle(target).clipPath === 'none')
      .flatMap((target) => {
        const { width, height } = target.getBoundingClientRect()
        const name = target.getAttribute('aria-label') ?? target.textContent
        return width < 40 || height < 40 ? [`${name}: ${width} × ${height}`] : []
      }),
  )
}

pageTest('on a phone, everything to press is at least 40 px in size', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  const seen = async (state: string) => expect(await smallTargets(page), state).toEqual([])
  await page.getByTestId('model').waitFor()
  await seen('empty')
  await page.getByTestId('file-input').setInputFiles({
    name: 'note.pdf',
    mimeType: 'application/pdf',
    buffer: Buffer.from('%PDF-1.4'),
  })
  await page.getByLabel('Remove note.pdf').waitFor()
  await seen('with a file')
  await ask(page, 'Merge sorted lists in TypeScript [[sim tps=400 thinking=60]]')
  await answers(page, 1)
  await page.getByRole('button', { name: 'Copy code' }).first().waitFor()
  await seen('an answer with code')
  await page.getByTestId('edit-prompt').click()
  await page.getByTestId('prompt-editor').waitFor()
  await seen('an editor')
  await page.keyboard.press('Escape')
  await page.getByTestId('conversation-menu').click()
  await page.getByRole('menu').waitFor()
  await seen('a menu')
  await page.keyboard.press('Escape')
  await page.getByTestId('open-list').click()
  await page.getByTestId('list-dialog').waitFor()
  await seen('the list')
  await page.keyboard.press('Escape')
  await page.getByTestId('list-dialog').waitFor({ state: 'detached' })
  await ask(page, 'Break [[sim thinking=0 tokens=80 fault=reset@20]]')
  await page.getByTestId('retry').waitFor()
  await seen('an error')
})
