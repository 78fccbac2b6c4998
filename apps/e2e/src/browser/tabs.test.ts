import { expect } from 'vitest'
import { answers, ask, lastText, status, textLongerThan } from './actions.ts'
import { pageTest } from './page-test.ts'

pageTest('a second tab follows the same live run: the same text, one request upstream', async (world) => {
  const { page, context, product, simulator } = world
  await ask(page, 'Shared [[sim tokens=900 thinking=0]]')
  await textLongerThan(page, 100)
  const second = await context.newPage()
  await second.goto(product.url)
  await textLongerThan(second, 100)
  expect(await second.getByTestId('stop').count()).toBe(1)
  await Promise.all([status(page, 'done'), status(second, 'done')])
  expect(await lastText(second).textContent()).toBe(await lastText(page).textContent())
  expect(simulator.stats().messages).toBe(1)
})

pageTest('a question asked in one tab is followed in another that was open already', async (world) => {
  const { page, context, product, simulator } = world
  await ask(page, 'First [[sim tokens=20]]')
  await answers(page, 1)
  const second = await context.newPage()
  await second.goto(product.url)
  await answers(second, 1)
  await ask(page, 'Second [[sim tokens=300]]')
  await answers(second, 2)
  await answers(page, 2)
  expect(await lastText(second).textContent()).toBe(await lastText(page).textContent())
  expect(simulator.stats().messages).toBe(2)
})

pageTest('the tab that asked may close: the other one reads on to the end', async (world) => {
  const { page, context, product, simulator } = world
  await ask(page, 'Leave me [[sim tokens=1000 thinking=0]]')
  await textLongerThan(page, 50)
  const second = await context.newPage()
  await second.goto(product.url)
  await textLongerThan(second, 50)
  await page.close()
  await status(second, 'done')
  expect(simulator.stats().requests.map(({ outcome }) => outcome)).toEqual(['completed'])
})

pageTest('Stop in either tab ends the answer in both', async (world) => {
  const { page, context, product, simulator } = world
  await ask(page, 'Stop me [[sim tokens=20000]]')
  await textLongerThan(page, 50)
  const second = await context.newPage()
  await second.goto(product.url)
  await textLongerThan(second, 50)
  await second.getByTestId('stop').click()
  await Promise.all([status(page, 'done'), status(second, 'done')])
  const { requests } = await simulator.waitFor(({ open }) => open === 0)
  expect(requests.map(({ outcome }) => outcome)).toEqual(['aborted'])
})

pageTest('deleted in one tab, a conversation is gone in the other, which says so', async (world) => {
  const { page, context, product } = world
  await ask(page, 'Delete me [[sim tokens=20]]')
  await answers(page, 1)
  const second = await context.newPage()
  await second.goto(product.url)
  await answers(second, 1)
  await page.getByTestId('conversation-menu').click()
  await page.getByTestId('delete-conversation').click()
  await page.getByTestId('confirm-delete').click()
  await second.getByTestId('notice').waitFor()
  expect(await second.getByTestId('answer').count()).toBe(0)
})
