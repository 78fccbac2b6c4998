import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { startFaultProxy } from '../fault-proxy/fault-proxy.ts'
import { pageTest } from './page-test.ts'

const TEXT = 'Locks have two gates. Fill the chamber first! Then open the upper gate.'
const TITLES = ['Locks have two gates', 'Fill the chamber first', 'Then open the upper gate']

const drafted = (page: Page) => page.getByTestId('drafted-note')
const state = (page: Page) => page.getByTestId('draft-state')
const listed = (page: Page) => page.getByTestId('note').getByRole('heading').allInnerTexts()

async function draft(page: Page, text: string): Promise<void> {
  const open = page.getByTestId('open-draft')
  const field = page.getByTestId('draft-text')
  await open.or(field).waitFor()
  if (await open.isVisible()) await open.click()
  await field.fill(text)
  await field.press('Control+Enter')
}

/** Resolves when the notes that are drafted can be added. */
async function added(page: Page, count: number): Promise<void> {
  await page
    .getByRole('button', { name: count === 1 ? 'Add 1 note' : `Add ${count} notes`, exact: true })
    .click()
  await page.getByTestId('open-draft').waitFor()
}

pageTest(
  'notes grow from a pasted text, and those that are picked are added',
  async ({ page, simulator }) => {
    await page.getByTestId('open-notes').click()
    const first = page.getByRole('checkbox').first()
    await draft(page, `${TEXT} ${'And more of it. '.repeat(40)} [[sim tps=100]]`)
    await drafted(page).nth(1).waitFor()
    // The first one is finished, while the last one grows.
    expect(await first.isEnabled()).toBe(true)
    expect(await page.locator('[data-testid=drafted-note][data-state=open]').count()).toBeLessThanOrEqual(1)
    await first.uncheck()
    expect(await state(page).innerText()).toBe('Making notes…')
    await page.getByTestId('stop-draft').click()
    await expect.poll(() => state(page).innerText()).toBe('Stopped.')
    const [request] = (await simulator.waitFor(({ open }) => open === 0)).requests
    expect(request?.outcome).toBe('aborted')
    // The text is still there, and can be drafted again.
    await page.getByRole('button', { name: 'Back to the text' }).click()
    expect(await page.getByTestId('draft-text').inputValue()).toContain(TEXT)
    await draft(page, TEXT)
    await expect.poll(() => state(page).innerText()).toBe('Uncheck what you do not want to keep.')
    expect(await drafted(page).locator('label span:first-of-type').allInnerTexts()).toEqual(TITLES)
    await page.getByRole('checkbox', { name: 'Fill the chamber first' }).press('Space')
    await added(page, 2)
    await expect.poll(() => listed(page)).toEqual([TITLES[0], TITLES[2]])
    expect(await page.getByText('Added 2 notes').count()).toBe(1)
  },
)

pageTest(
  'a draft survives lost connections and responses: one request to Claude, each note added once',
  async ({ page, product, simulator }) => {
    await using proxy = await startFaultProxy(product.url, () => ({ kind: 'pass' }))
    await page.goto(`${proxy.url}/notes`)
    let losses = 0
    for (const path of ['notes.draft', 'notes.add']) {
      await page.route(`**/trpc/${path}*`, async (route) => {
        losses += 1
        if (losses % 2 === 0) return route.continue()
        await route.fetch()
        return route.abort()
      })
    }
    await draft(page, `${TEXT} ${'More of it. '.repeat(30)} [[sim tps=150]]`)
    for (let cut = 2; cut < 30; cut += 9) {
      await drafted(page).nth(cut).waitFor()
      proxy.cut()
    }
    await expect.poll(() => state(page).innerText(), { timeout: 30_000 }).toMatch(/^Uncheck/)
    expect(await drafted(page).count()).toBe(33)
    expect(simulator.stats().messages).toBe(1)
    for (const box of (await page.getByRole('checkbox').all()).slice(3)) await box.uncheck()
    await added(page, 3)
    await expect.poll(() => listed(page)).toEqual(TITLES)
    expect(losses).toBeGreaterThanOrEqual(2 * 4)
  },
  { complaints: [/Failed to load resource/] },
)

pageTest(
  'what does not fit is said, what there was can be kept, and the page stays',
  async ({ page }) => {
    await page.getByTestId('open-notes').click()
    await draft(page, `${TEXT} [[sim fault=reset@9]]`)
    await page.getByText('The connection to Claude broke off').waitFor()
    await added(page, 1)
    await expect.poll(() => listed(page)).toEqual([TITLES[0]])
    for (const [output, says] of [
      ['I would rather not.', 'not the JSON that was asked for'],
      ['{"notes":[{"title":"","text":"No title"}]}', 'notes[0].title'],
      ['{"__proto__":{"notes":[]}}', 'expected array, received undefined'],
      // What the types of the component do not expect.
      ['{"notes":42}', 'does not have the form of notes'],
      ['{"notes":[7,{"title":{"a":1},"text":["b"]}]}', 'does not have the form of notes'],
    ] as const) {
      await draft(page, `${TEXT} [[sim output='${output}']]`)
      await page.getByText(says).waitFor()
      await page.getByRole('button', { name: 'Back to the text' }).click()
    }
  },
  { complaints: [/is not a function/, /Minified React error #31/] },
)
