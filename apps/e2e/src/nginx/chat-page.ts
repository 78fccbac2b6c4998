import type { BrowserContext, Page } from 'playwright-core'
import { copiedAnswer } from '../browser/copied-answer.ts'

/** The page in a browser, as far as these tests use it; everything is about its last answer. */
export interface ChatPage {
  readonly page: Page
  ask(prompt: string): Promise<void>
  stop(): Promise<void>
  /** What the answer says so far, once it is longer than this. */
  textLongerThan(length: number): Promise<string>
  /** What the last answer shows. */
  shown(): Promise<string | null>
  /** What Claude wrote, as the page's copy button has it. */
  text(): Promise<string>
  /** Resolves when the answer is in this state. */
  status(expected: 'done' | 'failed'): Promise<unknown>
  /** Resolves when there are so many answers. */
  answers(count: number): Promise<unknown>
  /** How often its stream was lost and found again. */
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
