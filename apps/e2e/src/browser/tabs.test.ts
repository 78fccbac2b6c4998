import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { answers, ask, lastText, status, textLongerThan } from './actions.ts'
import { pageTest } from './page-test.ts'

/** Has a tab ask at once what other tabs and devices have changed, as when its window gets the focus. */
function focusOn(tab: Page): Promise<void> {
  return tab.evaluate(() => void window.dispatchEvent(new Event('visibilitychange')))
}

pageTest('a second tab follows the same live run: the same text, one request upstream', async (world) => {
  const { page, context, simulator } = world
  await ask(page, 'Shared [[sim tokens=1500 thinking=0]]')
  await textLongerThan(page, 100)
  const second = await context.newPage()
  await second.goto(page.url())
  await textLongerThan(second, 100)
  expect(await second.getByTestId('stop').count()).toBe(1)
  await Promise.all([status(page, 'done'), status(second, 'done')])
  expect(await lastText(second).textContent()).toBe(await lastText(page).textContent())
  expect(simulator.stats().messages).toBe(1)
})

pageTest('a question asked in one tab is followed in another that was open already', async (world) => {
  const { page, context, simulator } = world
  await ask(page, 'First [[sim tokens=20]]')
  await answers(page, 1)
  const second = await context.newPage()
  await second.goto(page.url())
  await answers(second, 1)
  await ask(page, 'Second [[sim tokens=20000 thinking=0]]')
  await textLongerThan(page, 50)
  await focusOn(second)
  await second.getByTestId('stop').waitFor()
  await textLongerThan(second, 50)
  await page.getByTestId('stop').click()
  await answers(second, 2)
  await answers(page, 2)
  expect(await lastText(second).textContent()).toBe(await lastText(page).textContent())
  expect(simulator.stats().messages).toBe(2)
})

pageTest('a question asked in one tab is shown in another within ten seconds', async (world) => {
  const { page, context } = world
  await ask(page, 'First [[sim tokens=20]]')
  await answers(page, 1)
  const second = await context.newPage()
  // Before the page, so that its timers are the test's.
  await second.clock.install()
  await second.goto(page.url())
  await answers(second, 1)
  await ask(page, 'Second [[sim tokens=20]]')
  await answers(page, 2)
  await second.clock.fastForward('00:11')
  await answers(second, 2)
})

pageTest(
  'a second browser of the same owner has the conversations, and follows the live run',
  async (world) => {
    const { page, context, simulator } = world
    await ask(page, 'Shared [[sim tokens=1500 thinking=0]]')
    await textLongerThan(page, 100)
    const other = await context
      .browser()
      ?.newContext({ storageState: { ...(await context.storageState()), origins: [] } })
    if (!other) throw new Error('no browser')
    const second = await other.newPage()
    await second.goto(new URL('/', page.url()).href)
    await second.getByTestId('conversations').getByText('Shared').click()
    await textLongerThan(second, 100)
    await Promise.all([status(page, 'done'), status(second, 'done')])
    expect(await lastText(second).textContent()).toBe(await lastText(page).textContent())
    expect(simulator.stats().messages).toBe(1)
    await other.close()
  },
)

pageTest('asked in two tabs at once, neither question is lost', async (world) => {
  const { page, context, simulator } = world
  await ask(page, 'First [[sim tokens=20]]')
  await answers(page, 1)
  const second = await context.newPage()
  await second.goto(page.url())
  await answers(second, 1)
  await ask(page, 'Mine [[sim tokens=20]]')
  await answers(page, 2)
  await ask(second, 'Yours [[sim tokens=20]]')
  await answers(second, 2)
  await second.getByTestId('question-versions').getByText('2 / 2').waitFor()
  await second.getByRole('button', { name: 'Previous question' }).click()
  expect(await second.getByTestId('prompt').last().textContent()).toContain('Mine')
  expect(simulator.stats().messages).toBe(3)
})

pageTest('the tab that asked may close: the other one reads on to the end', async (world) => {
  const { page, context, simulator } = world
  await ask(page, 'Leave me [[sim tokens=1000 thinking=0]]')
  await textLongerThan(page, 50)
  const second = await context.newPage()
  await second.goto(page.url())
  await textLongerThan(second, 50)
  await page.close()
  await status(second, 'done')
  expect(simulator.stats().requests.map(({ outcome }) => outcome)).toEqual(['completed'])
})

pageTest('Stop in either tab ends the answer in both', async (world) => {
  const { page, context, simulator } = world
  await ask(page, 'Stop me [[sim tokens=20000]]')
  await textLongerThan(page, 50)
  const second = await context.newPage()
  await second.goto(page.url())
  await textLongerThan(second, 50)
  await second.getByTestId('stop').click()
  await Promise.all([status(page, 'done'), status(second, 'done')])
  const { requests } = await simulator.waitFor(({ open }) => open === 0)
  expect(requests.map(({ outcome }) => outcome)).toEqual(['aborted'])
})

pageTest(
  'deleted in one tab, a conversation is gone in the other, which says so',
  async ({ page, context }) => {
    await ask(page, 'Delete me [[sim tokens=20]]')
    await answers(page, 1)
    const second = await context.newPage()
    await second.goto(page.url())
    await answers(second, 1)
    await page.getByTestId('conversation-menu').click()
    await page.getByTestId('delete-conversation').click()
    await page.getByTestId('undo-toast').waitFor()
    await focusOn(second)
    await second.getByTestId('notice').waitFor()
    expect(await second.getByTestId('answer').count()).toBe(0)
    // Undone, it is there at the first press.
    await page.getByTestId('undo-delete').click()
    await second.getByTestId('conversations').getByText('Delete me').click()
    await answers(second, 1)
    expect(await second.getByTestId('notice').count()).toBe(0)
  },
  { complaints: [/Failed to load resource: the server responded with a status of 404/] },
)
