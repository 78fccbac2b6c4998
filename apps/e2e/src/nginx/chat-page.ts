import type { BrowserContext, Page } from 'playwright-core'
import { copiedAnswer } from '../browser/copied-answer.ts'

/** The chat page in a browser. Everything is about its last answer. */
export interface ChatPage {
  readonly page: Page
  ask(prompt: string): Promise<void>
  stop(): Promise<void>
  /** Resolves to the answer's text when it is longer than this. */
  textLongerThan(length: number): Promise<string>
  /** The text that the last answer shows. */
  shown(): Promise<string | null>
  /** The answer's markdown, from its Copy button. */
  text(): Promise<string>
  /** Resolves when the answer is in this state. */
  status(expected: 'done' | 'failed'): Promise<unknown>
  /** Resolves when there are this many answers. */
  answers(count: number): Promise<unknown>
  /** How often the page has reconnected. */
  reconnects(): Promise<string | null>
}

export async function openChat(context: BrowserContext, url: string): Promise<ChatPage> {
  const page = await context.newPage()
  await page.goto(url)
  return {
    page,
    async ask(prompt) {
      await page.getByTestId('composer').fill(prompt)
      await page.getByTestId('send').click()
    },
    stop: () => page.getByTestId('stop').click(),
    async textLongerThan(length) {
      const text = await page.waitForFunction((least) => {
        const said = [...document.querySelectorAll('[data-testid=answer-text]')].at(-1)?.textContent ?? ''
        return said.length > least && said
      }, length)
      return text.jsonValue() as Promise<string>
    },
    shown: () => page.getByTestId('answer-text').last().textContent(),
    text: () => copiedAnswer(page),
    status: (expected) =>
      page.waitForFunction((wanted) => {
        const answer = [...document.querySelectorAll<HTMLElement>('[data-testid=answer]')].at(-1)
        return answer?.dataset['status'] === wanted
      }, expected),
    answers: (count) =>
      page.waitForFunction(
        (wanted) => document.querySelectorAll('[data-testid=answer]').length === wanted,
        count,
      ),
    reconnects: () => page.getByTestId('answer').last().getAttribute('data-reconnects'),
  }
}
