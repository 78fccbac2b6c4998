import type { Page, Route } from 'playwright-core'
import { expect } from 'vitest'
import { answers, ask } from './actions.ts'
import { pageTest } from './page-test.ts'

const composerOf = (page: Page) => page.getByTestId('composer')

/** Keeps a question on its way to the server. The returned function lets it arrive. */
async function holdQuestion(page: Page, question: string): Promise<() => void> {
  let letGo = () => {}
  const held = new Promise<void>((resolve) => (letGo = resolve))
  const hold = async (route: Route) => {
    await held
    await route.continue()
  }
  await page.route(/chat\.send/, hold, { times: 1 })
  await Promise.all([page.waitForRequest(/chat\.send/), ask(page, question)])
  return letGo
}

pageTest(
  'what is written while a first question is on its way belongs to its conversation',
  async ({ page, simulator }) => {
    const letGo = await holdQuestion(page, 'First [[sim tokens=20]]')
    await composerOf(page).pressSequentially('And then')
    letGo()
    await answers(page, 1)
    expect(await composerOf(page).inputValue()).toBe('And then')
    await page.reload()
    expect(await composerOf(page).inputValue()).toBe('And then')
    await page.getByRole('button', { name: 'New chat' }).click()
    expect(await composerOf(page).inputValue()).toBe('')
    await composerOf(page).fill('Something new')
    await page.getByTestId('conversations').getByText('First').click()
    await expect.poll(() => composerOf(page).inputValue()).toBe('And then')
    await page.getByRole('button', { name: 'New chat' }).click()
    await expect.poll(() => composerOf(page).inputValue()).toBe('Something new')
    expect(simulator.stats().messages).toBe(1)
  },
)

pageTest(
  'a first question that is refused is a draft again, followed by what was written meanwhile',
  async ({ page, simulator }) => {
    await ask(page, 'One [[sim tokens=20]]')
    await answers(page, 1)
    await page.getByRole('button', { name: 'New chat' }).click()
    const letGo = await holdQuestion(page, 'Two [[sim tokens=20]]')
    await composerOf(page).pressSequentially('And then')
    letGo()
    await page.getByTestId('problem').waitFor()
    const both = 'Two [[sim tokens=20]]\n\nAnd then'
    expect(await composerOf(page).inputValue()).toBe(both)
    await page.reload()
    expect(await composerOf(page).inputValue()).toBe(both)
    expect(simulator.stats().messages).toBe(1)
  },
  { env: { STARTS_PER_MINUTE: '1' }, complaints: [/Failed to load resource/] },
)

pageTest(
  'an edited question that is refused is in the composer, and the answered one stays',
  async ({ page, simulator }) => {
    await ask(page, 'One [[sim tokens=20]]')
    await answers(page, 1)
    await page.getByTestId('edit-prompt').click()
    await page.getByTestId('prompt-editor').fill('Changed with care')
    await page.getByTestId('resend').click()
    await page.getByTestId('problem').waitFor()
    expect(await composerOf(page).inputValue()).toBe('Changed with care')
    expect(await page.getByTestId('prompt').textContent()).toContain('One')
    await answers(page, 1)
    expect(simulator.stats().messages).toBe(1)
  },
  { env: { STARTS_PER_MINUTE: '1' }, complaints: [/Failed to load resource/] },
)

pageTest('settings are shared by all tabs, and a draft is not', async ({ page, context, product }) => {
  const second = await context.newPage()
  await second.goto(product.url)
  await second.getByTestId('effort').waitFor()
  await composerOf(page).fill('Half a thou')
  await page.getByTestId('effort').selectOption('low')
  await expect.poll(() => second.getByTestId('effort').inputValue()).toBe('low')
  expect(await composerOf(second).inputValue()).toBe('')
  const kept = () => page.evaluate(() => [Object.keys(localStorage), Object.keys(sessionStorage).toSorted()])
  expect(await kept()).toEqual([['sluice.settings'], ['sluice.drafts']])
  await ask(page, 'Where is this kept? [[sim tokens=20]]')
  await answers(page, 1)
  expect(await kept()).toEqual([['sluice.settings'], ['sluice.drafts']])
  const drafts = await page.evaluate(() => sessionStorage.getItem('sluice.drafts'))
  expect(JSON.parse(drafts ?? '')).toMatchObject({ byId: {} })
})
