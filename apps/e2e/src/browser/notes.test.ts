import type { Page, Route } from 'playwright-core'
import { expect } from 'vitest'
import { startFaultProxy } from '../fault-proxy/fault-proxy.ts'
import { addNote, answers, ask, textLongerThan } from './actions.ts'
import { pageTest } from './page-test.ts'

const titles = (page: Page) => page.getByTestId('note').getByRole('heading').allInnerTexts()

/** Resolves when the notes have these titles, in this order. */
async function listed(page: Page, ...expected: string[]): Promise<void> {
  await expect.poll(() => titles(page), { timeout: 30_000 }).toEqual(expected)
}

pageTest('a note is added, found, edited in its place, removed and restored', async ({ page }) => {
  await page.getByTestId('open-notes').click()
  await page.getByText('Your notes will be listed here.').waitFor()
  expect(await page.title()).toBe('Notes · Sluice')
  await addNote(page, 'Packing list', 'Passport and\nrain jacket')
  await addNote(page, 'Milk', `${'oats '.repeat(60)}the end`)
  await listed(page, 'Milk', 'Packing list')
  // The next one can be written at once.
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('note-title')

  await page.getByTestId('search-notes').fill('jacket PASS')
  await listed(page, 'Packing list')
  await page.getByTestId('search-notes').fill('butter')
  await page.getByText('Nothing found.').waitFor()
  await page.getByTestId('search-notes').press('Escape')
  await listed(page, 'Milk', 'Packing list')

  await page.getByRole('button', { name: 'Edit “Packing list”' }).click()
  const editor = page.getByRole('form', { name: 'Edit note' })
  await editor.getByTestId('note-text').fill('Passport')
  await editor.getByTestId('note-title').fill('Packing')
  await editor.getByTestId('note-title').press('Enter')
  await listed(page, 'Packing', 'Milk')
  // Its text is longer than what the list shows of it.
  await page.getByRole('button', { name: 'Edit “Milk”' }).click()
  expect(await editor.getByTestId('note-text').inputValue()).toMatch(/the end$/)
  await editor.getByTestId('note-text').fill('gone')
  await editor.getByTestId('note-text').press('Escape')
  await editor.waitFor({ state: 'detached' })
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Edit “Milk”')

  await page.getByRole('button', { name: 'Delete “Milk”' }).click()
  await listed(page, 'Packing')
  await page.getByTestId('undo-delete').click()
  await listed(page, 'Milk', 'Packing')
  await page.reload()
  await listed(page, 'Milk', 'Packing')
  expect(await page.getByTestId('note').first().innerText()).toContain('oats')
})

pageTest('a note that is still being read for its editor can be left', async ({ page }) => {
  await page.getByTestId('open-notes').click()
  await addNote(page, 'Milk', '')
  await page.route('**/trpc/notes.get*', () => {})
  await page.getByRole('button', { name: 'Edit “Milk”' }).click()
  await page.getByText('Loading…').waitFor()
  // The focus is on its only button.
  await page.keyboard.press('Enter')
  await listed(page, 'Milk')
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Edit “Milk”')
})

pageTest(
  'what another tab changes is shown, and an edit begins with the newest text',
  async ({ page, context, product }) => {
    await page.goto(`${product.url}/notes`)
    await addNote(page, 'One', 'old')
    await page.getByRole('button', { name: 'Edit “One”' }).click()
    const editor = (tab: Page) => tab.getByRole('form', { name: 'Edit note' })
    await editor(page).getByTestId('note-text').press('Escape')

    const other = await context.newPage()
    await other.goto(`${product.url}/notes`)
    await other.getByRole('button', { name: 'Edit “One”' }).click()
    await editor(other).getByTestId('note-text').fill('new')
    await editor(other).getByTestId('save-note').click()
    await addNote(other, 'Two', '')
    await listed(page, 'Two', 'One')
    await page.getByRole('button', { name: 'Edit “One”' }).click()
    expect(await editor(page).getByTestId('note-text').inputValue()).toBe('new')
  },
)

pageTest(
  'a note whose response is lost is added once, and a failure is said without losing what was written',
  async ({ page, product }) => {
    let lost = 0
    let down = false
    await using proxy = await startFaultProxy(product.url, () =>
      down ? { kind: 'answer', status: 502 } : { kind: 'pass' },
    )
    await page.goto(`${proxy.url}/notes`)
    await page.route('**/trpc/notes.add*', async (route) => {
      lost += 1
      if (lost > 1) return route.continue()
      await route.fetch()
      return route.abort()
    })
    await addNote(page, 'Once', 'and not twice')
    expect(lost).toBe(2)
    await listed(page, 'Once')

    const form = page.getByRole('form', { name: 'New note' })
    down = true
    proxy.cut()
    await form.getByTestId('note-title').fill('Later')
    await form.getByTestId('save-note').click()
    await form.getByText('The server cannot be reached.').waitFor()
    expect(await form.getByTestId('note-title').inputValue()).toBe('Later')
    down = false
    await form.getByTestId('save-note').click()
    await listed(page, 'Later', 'Once')
  },
  { complaints: [/Failed to load resource/] },
)

pageTest(
  'an answer goes on while the notes are shown, and the way back leads to it',
  async ({ page, simulator }) => {
    await ask(page, 'A long one [[sim tokens=400 tps=100 thinking=0]]')
    await textLongerThan(page, 50)
    const address = page.url()
    await page.getByTestId('open-notes').click()
    await page.getByText('Your notes will be listed here.').waitFor()
    // Longer than the grace, after which an answer without a reader is ended.
    const { requests } = await simulator.waitFor(({ open }) => open === 0)
    expect(requests.map(({ outcome }) => outcome)).toEqual(['completed'])
    await page.getByTestId('back-to-chat').click()
    expect(page.url()).toBe(address)
    await answers(page, 1)
  },
)

pageTest('deleting everything deletes the notes', async ({ page }) => {
  await page.getByTestId('open-notes').click()
  await addNote(page, 'Private', '')
  await page.getByTestId('back-to-chat').click()
  await page.getByTestId('conversation-menu').click()
  await page.getByTestId('delete-all').click()
  await page.getByTestId('confirm-delete-all').click()
  await page.getByTestId('delete-all-dialog').waitFor({ state: 'detached' })
  await page.getByTestId('open-notes').click()
  await page.getByText('Your notes will be listed here.').waitFor()
})

pageTest('Claude adds and changes a note after a yes, and says what it will do', async ({ page }) => {
  await ask(page, 'Add a note: Locks: two gates')
  const calls = page.getByTestId('tool-call')
  await calls.getByText('Add the note “Locks”').waitFor()
  await calls.getByText('two gates').waitFor()
  await page.getByTestId('allow').click()
  // While it waits, an answer cannot be copied.
  const ended = page.getByTestId('copy-answer')
  await ended.waitFor()

  await ask(page, 'Change the note about locks to three gates')
  await page.getByTestId('allow').waitFor()
  // The card says which note it is, though Claude gives only an id.
  const card = calls.filter({ hasText: 'Change the text of a note' })
  await expect
    .poll(async () => (await card.getByRole('definition').allInnerTexts()).slice(0, 2))
    .toEqual(['Locks', 'three gates'])
  await page.getByTestId('allow').click()
  await ended.nth(1).waitFor()

  await page.getByTestId('open-notes').click()
  await listed(page, 'Locks')
  expect(await page.getByTestId('note').innerText()).toContain('three gates')
})

pageTest('the notes are read again when an answer of this tab changes them', async ({ page }) => {
  // Otherwise they are read again after 10 s, whatever happens.
  await page.addInitScript(() => {
    const original = window.setInterval
    window.setInterval = ((run: () => void, ms: number) =>
      ms === 10_000 ? 0 : original(run, ms)) as typeof window.setInterval
  })
  await page.reload()
  const held: Route[] = []
  await page.route('**/trpc/tools.decide*', (route) => void held.push(route))
  await ask(page, 'Add a note: Locks: two gates')
  await page.getByTestId('allow').click()
  await page.getByTestId('open-notes').click()
  await page.getByText('Your notes will be listed here.').waitFor()
  for (const decision of held) await decision.continue()
  await listed(page, 'Locks')
})
