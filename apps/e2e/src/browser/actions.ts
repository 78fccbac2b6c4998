import type { Frame, Page } from 'playwright-core'

export async function ask(page: Page | Frame, prompt: string): Promise<void> {
  await page.getByTestId('composer').fill(prompt)
  await page.getByTestId('composer').press('Enter')
}

export const lastAnswer = (page: Page) => page.getByTestId('answer').last()
export const lastText = (page: Page) => page.getByTestId('answer-text').last()

/** Resolves when the last answer's text is longer than `length` characters. */
export function textLongerThan(page: Page | Frame, length: number): Promise<unknown> {
  return page.waitForFunction(
    (least) =>
      ([...document.querySelectorAll('[data-testid=answer-text]')].at(-1)?.textContent ?? '').length > least,
    length,
  )
}

/** Resolves when the last answer has one of these statuses. */
export function status(page: Page | Frame, ...expected: string[]): Promise<unknown> {
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

/** On the page of notes. Resolves when the note is listed. */
export async function addNote(page: Page, title: string, text: string): Promise<void> {
  const form = page.getByRole('form', { name: 'New note' })
  await form.getByTestId('note-title').fill(title)
  await form.getByTestId('note-text').fill(text)
  await form.getByTestId('save-note').click()
  await page.getByTestId('notes').getByRole('heading', { name: title }).waitFor()
}

/** Has the page show tokens, speed and cost, which a build does not do by itself. */
export async function showFigures(page: Page): Promise<void> {
  await page.getByTestId('conversation-menu').click()
  await page.getByTestId('show-figures').click()
  await page.keyboard.press('Escape')
  await page.getByRole('menu').waitFor({ state: 'detached' })
}

/** Resolves when the code that is in view is coloured, which happens a moment after its end. */
export function coloured(page: Page): Promise<unknown> {
  return page.waitForFunction(() => {
    const view = document.querySelector('main')?.getBoundingClientRect()
    return [...document.querySelectorAll('.md-code pre')]
      .filter((code) => {
        const { top, bottom } = code.getBoundingClientRect()
        return view !== undefined && bottom > view.top && top < view.bottom
      })
      .every((code) => code.querySelector('[class^=hljs-]'))
  })
}
