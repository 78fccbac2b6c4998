import { expect } from 'vitest'
import { answers, ask, lastText, status, textLongerThan } from './actions.ts'
import { copiedAnswer } from './copied-answer.ts'
import { pageTest } from './page-test.ts'

/** The one browser test of `pnpm test`; `pnpm test:e2e` has the rest. */
pageTest('ask, watch it grow, follow the end, reload and resume, Stop', async ({ page, simulator }) => {
  await ask(page, 'Tell me about lock gates [[sim tps=500 tokens=2500 thinking=0]]')
  await textLongerThan(page, 20)
  const early = (await lastText(page).textContent())?.length ?? 0
  await textLongerThan(page, early + 50)

  // Longer than the page by now: the view has to follow, with the end in sight.
  await textLongerThan(page, 3000)
  const view = page.locator('main')
  expect(await view.evaluate((main) => main.scrollTop)).toBeGreaterThan(0)
  expect(
    await view.evaluate((main) => main.scrollHeight - main.scrollTop - main.clientHeight),
  ).toBeLessThanOrEqual(40)

  await page.reload()
  await textLongerThan(page, 3000)
  expect(simulator.stats().requests[0]?.outcome).toBe('open')
  await answers(page, 1)
  expect(await copiedAnswer(page)).toBe(simulator.stats().requests[0]?.text)
  expect(simulator.stats().messages).toBe(1)

  await ask(page, 'Stop me [[sim tokens=20000 thinking=0]]')
  await page.getByTestId('answer').nth(1).waitFor()
  await textLongerThan(page, 50)
  await page.getByTestId('stop').click()
  await status(page, 'done')
  const { requests } = await simulator.waitFor(({ open }) => open === 0)
  expect(requests.map(({ outcome }) => outcome)).toEqual(['completed', 'aborted'])
  const said = await copiedAnswer(page)
  expect(said.length).toBeGreaterThan(50)
  expect(requests[1]?.text.startsWith(said)).toBe(true)
})
