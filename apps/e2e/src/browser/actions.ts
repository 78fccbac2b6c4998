import type { Page } from 'playwright-core'

export async function ask(page: Page, prompt: string): Promise<void> {
  await page.getByTestId('composer').fill(prompt)
  await page.getByTestId('composer').press('Enter')
}

export const lastAnswer = (page: Page) => page.getByTestId('answer').last()
export const lastText = (page: Page) => page.getByTestId('answer-text').last()

/** Resolves when the last answer's text is longer than `length` characters. */
export function textLongerThan(page: Page, length: number): Promise<unknown> {
  return page.waitForFunction(
    (least) =>
      ([...document.querySelectorAll('[data-testid=answer-text]')].at(-1)?.textContent ?? '').length > least,
    length,
  )
}

/** Resolves when the last answer has one of these statuses. */
export function status(page: Page, ...expected: string[]): Promise<unknown> {
  return page.waitForFunction(
    (wanted) =>
      wanted.includes(
        ([...document.querySelectorAll('[data-testid=answer]')].at(-1) as HTMLElement)?.dataset['status'] ??
          '',
      ),
    expected,
  )
}

/** Resolves when there are `count` answers and the last one is complete. */
export async function answers(page: Page, count: number): Promise<void> {
  await page
    .getByTestId('answer')
    .nth(count - 1)
    .waitFor()
  await status(page, 'done')
}
