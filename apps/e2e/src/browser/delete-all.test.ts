import { expect } from 'vitest'
import { answers, ask, showFigures, textLongerThan } from './actions.ts'
import { pageTest } from './page-test.ts'

pageTest(
  'all conversations are deleted at once, after a question, and what today cost stays',
  async ({ page, simulator }) => {
    await showFigures(page)
    await ask(page, 'One [[sim tokens=20]]')
    await answers(page, 1)
    const address = page.url()
    const today = page.getByTestId('usage-today')
    await today.waitFor()
    const before = await today.innerText()
    await page.getByRole('button', { name: 'New chat' }).click()
    await ask(page, 'Two [[sim tokens=20000 tps=100 thinking=0]]')
    await textLongerThan(page, 50)

    const openDialog = async () => {
      await page.getByTestId('conversation-menu').click()
      await page.getByTestId('delete-all').click()
      await page.getByTestId('delete-all-dialog').waitFor()
    }
    await openDialog()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByTestId('delete-all-dialog').waitFor({ state: 'detached' })
    expect(simulator.stats().open).toBe(1)
    await openDialog()
    await page.getByTestId('confirm-delete-all').click()
    await page.getByText('Your chats will be listed here.').first().waitFor()
    expect(new URL(page.url()).pathname).toBe('/')
    const { requests } = await simulator.waitFor(({ open }) => open === 0)
    expect(requests.map(({ outcome }) => outcome)).toEqual(['completed', 'aborted'])

    await page.goto(address)
    await page.getByTestId('notice').getByText('is gone').waitFor()
    await ask(page, 'Three [[sim tokens=20]]')
    await answers(page, 1)
    await today.waitFor()
    const usd = (words: string) => Number(words.replace(/.*\$/, ''))
    expect(usd(await today.innerText())).toBeGreaterThan(usd(before))
  },
  // What the browser itself logs of a conversation that is not there any more.
  { complaints: [/Failed to load resource: the server responded with a status of 404/] },
)
