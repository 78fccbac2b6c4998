import type { Locator, Page } from 'playwright-core'

/** The markdown of the last answer, from its Copy button, because the rendered text differs from it. */
export function copiedAnswer(page: Page): Promise<string> {
  return copiedBy(page, page.getByTestId('copy-answer').last())
}

/** The text that a button of the page copies. */
export async function copiedBy(page: Page, button: Locator): Promise<string> {
  await page.evaluate(() => {
    Object.defineProperty(navigator, 'clipboard', {
      configurable: true,
      value: {
        writeText: async (text: string) => {
          document.documentElement.dataset['copied'] = JSON.stringify(text)
        },
      },
    })
  })
  await button.click()
  const copied = await page.waitForFunction(() => document.documentElement.dataset['copied'])
  await page.evaluate(() => delete document.documentElement.dataset['copied'])
  return JSON.parse(String(await copied.jsonValue())) as string
}
