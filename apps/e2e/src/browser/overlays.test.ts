import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { answers, ask, lastText, textLongerThan } from './actions.ts'
import { pageTest } from './page-test.ts'

const NARROW = { width: 390, height: 800 }

/** The test id, label or text of what has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { dataset, ariaLabel, textContent } = document.activeElement as HTMLElement
    return dataset['testid'] ?? ariaLabel ?? textContent ?? ''
  })
}

/** Resolves when that has the focus, which the library moves a frame later than it opens or closes something. */
async function focusOn(page: Page, expected: string): Promise<void> {
  await expect.poll(() => focused(page)).toBe(expected)
}

async function gone(page: Page, testId: string): Promise<void> {
  await page.getByTestId(testId).waitFor({ state: 'detached' })
}

pageTest('the menu is opened, walked through and closed with keys alone', async ({ page }) => {
  await ask(page, 'Keys [[sim tokens=30]]')
  await answers(page, 1)
  const trigger = page.getByTestId('conversation-menu')
  await trigger.focus()
  for (const [opener, first] of [
    ['Enter', 'export-markdown'],
    ['ArrowDown', 'export-markdown'],
    ['ArrowUp', 'Dark theme'],
  ] as const) {
    await page.keyboard.press(opener)
    await focusOn(page, first)
    expect(await trigger.getAttribute('aria-expanded')).toBe('true')
    expect(await page.getByRole('menu', { name: 'Menu' }).getByRole('menuitem').count()).toBe(6)
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })
    await focusOn(page, 'conversation-menu')
  }
  await page.keyboard.press('Enter')
  await focusOn(page, 'export-markdown')
  for (const [key, next] of [
    ['End', 'Dark theme'],
    ['ArrowDown', 'export-markdown'],
    ['ArrowDown', 'export-json'],
    ['Home', 'export-markdown'],
    ['r', 'rename-conversation'],
  ] as const) {
    await page.keyboard.press(key)
    await focusOn(page, next)
  }
  await page.keyboard.press('Enter')
  await focusOn(page, 'title-field')
  await page.keyboard.press('Escape')
  await gone(page, 'title-field')
  expect(await page.getByTestId('answer').count()).toBe(1)
})

pageTest('what cannot be done is said to be so, and is not done', async ({ page }) => {
  let downloads = 0
  page.on('download', () => downloads++)
  await page.getByTestId('conversation-menu').focus()
  await page.keyboard.press('Enter')
  await focusOn(page, 'show-figures')
  const disabled = page.getByRole('menuitem', { disabled: true })
  expect(await disabled.count()).toBe(4)
  for (const item of await disabled.all()) await item.click({ force: true })
  expect(await page.getByRole('menuitem').count()).toBe(6)
  expect(await page.getByTestId('title-field').count()).toBe(0)
  expect(downloads).toBe(0)
})

pageTest('Esc closes what is in front, and the answer behind it goes on', async ({ page, simulator }) => {
  await ask(page, 'Go on [[sim tokens=20000 tps=100 thinking=0]]')
  await textLongerThan(page, 50)
  await page.setViewportSize(NARROW)
  await page.getByTestId('conversation-menu').click()
  await page.keyboard.press('Escape')
  await page.getByRole('menu').waitFor({ state: 'detached' })
  await page.getByTestId('conversation-menu').click()
  await page.getByTestId('rename-conversation').click()
  await page.getByTestId('title-field').waitFor()
  await page.keyboard.press('Escape')
  await gone(page, 'title-field')
  await page.getByTestId('open-list').click()
  await page.getByTestId('list-dialog').waitFor()
  await page.keyboard.press('Escape')
  await gone(page, 'list-dialog')
  expect(simulator.stats().open).toBe(1)
  await page.keyboard.press('Escape')
  const { requests } = await simulator.waitFor(({ open }) => open === 0)
  expect(requests.map(({ outcome }) => outcome)).toEqual(['aborted'])
})

pageTest(
  'Esc right after the press that opens the menu closes it, however late the next frame is',
  async ({ page }) => {
    await ask(page, 'Go on [[sim tokens=20000 tps=100 thinking=0]]')
    await textLongerThan(page, 50)
    // As on a busy machine: what waits for a frame comes after the key.
    await page.evaluate(() => {
      const { requestAnimationFrame } = window
      const held: FrameRequestCallback[] = []
      window.requestAnimationFrame = (callback) => held.push(callback)
      window.addEventListener('keyup', () => {
        window.requestAnimationFrame = requestAnimationFrame
        for (const callback of held) requestAnimationFrame(callback)
      })
    })
    await page.getByTestId('conversation-menu').click()
    await page.keyboard.press('Escape')
    const { length } = await lastText(page).innerText()
    await textLongerThan(page, length + 500)
    expect(await page.getByRole('menu').count()).toBe(0)
    expect(await page.getByTestId('conversation-menu').getAttribute('aria-expanded')).toBe('false')
  },
)

pageTest('a press elsewhere closes what is in front, and focus is where it was', async ({ page }) => {
  await ask(page, 'Elsewhere [[sim tokens=30]]')
  await answers(page, 1)
  await page.setViewportSize(NARROW)
  await page.getByTestId('conversation-menu').click()
  await page.getByRole('menu').waitFor()
  await page.mouse.click(50, 400)
  await page.getByRole('menu').waitFor({ state: 'detached' })
  await page.getByTestId('open-list').click()
  await page.getByTestId('list-dialog').waitFor()
  await page.mouse.click(380, 700)
  await gone(page, 'list-dialog')
  await focusOn(page, 'open-list')
  expect(await page.getByTestId('answer').count()).toBe(1)
})

pageTest(
  'focus stays in the list over the page, also when a conversation is deleted there',
  async ({ page }) => {
    await page.setViewportSize(NARROW)
    for (const topic of ['Locks', 'Tides']) {
      await ask(page, `${topic} [[sim tokens=30]]`)
      await answers(page, 1)
      if (topic === 'Locks') await page.getByRole('button', { name: 'New chat' }).click()
    }
    await page.getByTestId('open-list').click()
    const list = page.getByRole('dialog', { name: 'Conversations' })
    await focusOn(page, 'search')
    await list.getByText('Tides').waitFor()
    const walk = async () => {
      const seen = new Set<string>()
      for (let i = 0; i < 12; i++) {
        await page.keyboard.press('Tab')
        await expect
          .poll(() => page.evaluate(() => !!document.activeElement?.closest('[data-testid=list-dialog]')))
          .toBe(true)
        seen.add(await focused(page))
      }
      // Not the links to the pages beside the chat.
      return [...seen].filter((id) => !id.startsWith('open-')).toSorted()
    }
    expect(await walk()).toEqual(['Close', 'Delete “Locks”', 'Delete “Tides”', 'Locks', 'Tides', 'search'])
    await list.getByLabel('Delete “Locks”').focus()
    await page.keyboard.press('Enter')
    await list.getByTestId('undo-toast').waitFor()
    await list.getByText('Locks', { exact: true }).waitFor({ state: 'detached' })
    await focusOn(page, 'list-dialog')
    expect(await walk()).toEqual(['Close', 'Delete “Tides”', 'Dismiss', 'Tides', 'search', 'undo-delete'])
    await list.getByText('Tides').click()
    await gone(page, 'list-dialog')
    await focusOn(page, 'composer')
  },
)
