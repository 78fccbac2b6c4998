import type { Page } from 'playwright-core'
import type { Tab } from './tab.ts'

export function playwrightTab(page: Page): Tab {
  return {
    async ask(prompt) {
      await page.getByRole('textbox').fill(prompt)
      await page.getByRole('textbox').press('Enter')
    },
    click: (name) => page.getByRole('button', { name, exact: true }).last().click(),
    async waitFor(look, argument) {
      // Playwright's own types of these are wider than ours.
      const found = await page.waitForFunction(look as never, argument as never)
      return (await found.jsonValue()) as never
    },
    reload: async () => void (await page.reload()),
  }
}
