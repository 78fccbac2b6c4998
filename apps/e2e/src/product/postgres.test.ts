import { whyNoPostgres } from '@sluice/db/testing'
import { describe, expect } from 'vitest'
import { answers, ask, status } from '../browser/actions.ts'
import { copiedAnswer } from '../browser/copied-answer.ts'
import { walkMainPath } from '../browser/main-path.ts'
import { pageTest } from '../browser/page-test.ts'
import { playwrightTab } from '../browser/playwright-tab.ts'

const why = whyNoPostgres()

describe.skipIf(why !== undefined)(`Postgres${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  pageTest(
    'the main path, and what was asked, regenerated and answered after a restart',
    async ({ page, product, simulator }) => {
      expect(await product.logged('the database is open')).toMatchObject({ embedded: false })
      await walkMainPath(playwrightTab(page), simulator)
      await product.restart()
      await page.reload()
      await answers(page, 2)
      await page.getByTestId('regenerate').last().click()
      await simulator.waitFor(({ messages }) => messages === 3)
      await status(page, 'done')
      await page.getByTestId('answer-versions').getByText('2 / 2').waitFor()
      await product.restart()
      await page.reload()
      await page.getByTestId('answer-versions').getByText('2 / 2').waitFor()
      expect(await copiedAnswer(page)).toBe(simulator.stats().requests[2]?.text)
      await page.getByRole('button', { name: 'Previous answer' }).click()
      await page.getByTestId('answer-versions').getByText('1 / 2').waitFor()
      expect(await copiedAnswer(page)).toBe(simulator.stats().requests[1]?.text)
      await ask(page, 'Go on from there [[sim tokens=50 thinking=0]]')
      await answers(page, 3)
      expect(await copiedAnswer(page)).toBe(simulator.stats().requests[3]?.text)
    },
    { complaints: [/Failed to load resource|net::ERR/] },
  )
})
