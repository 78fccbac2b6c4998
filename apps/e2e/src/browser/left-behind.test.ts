import type { BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import { answers, ask, lastText, showFigures, status, textLongerThan } from './actions.ts'
import { startFaultProxy } from '../fault-proxy/fault-proxy.ts'
import { copiedAnswer } from './copied-answer.ts'
import { pageTest } from './page-test.ts'

const LEFT = 'Stopped when you left.'

/** What the browser logs when an open page asks during a restart. */
const RESTARTING = /ERR_CONNECTION_|status of 503/

/** Closes the tab. The returned function opens its address in a new one. */
async function leave(context: BrowserContext, page: Page): Promise<() => Promise<Page>> {
  const address = page.url()
  await page.close()
  return async () => {
    const returned = await context.newPage()
    await returned.goto(address)
    return returned
  }
}

async function finishAnswers(page: Page) {
  await page.getByTestId('conversation-menu').click()
  await page.getByTestId('show-figures').waitFor()
  return page.getByTestId('finish-answers')
}

const tokensIn = (figures = '') => Number(/([\d,]+) tokens in/.exec(figures)?.[1]?.replace(',', ''))

async function closeMenu(page: Page): Promise<void> {
  await page.keyboard.press('Escape')
  await page.getByRole('menu').waitFor({ state: 'detached' })
}

pageTest(
  'after the tab was closed, its answer is there as far as it was written, calmly and with its cost',
  async ({ page, context, simulator, product }) => {
    await showFigures(page)
    await ask(page, 'Close me [[sim tokens=20000 thinking=0 text=lorem]]')
    await textLongerThan(page, 50)
    const before = (await lastText(page).textContent()) ?? ''
    const comeBack = await leave(context, page)
    const { requests } = await simulator.waitFor(({ open }) => open === 0)
    expect(requests.map(({ outcome }) => outcome)).toEqual(['aborted'])

    const shown = async (returned: Page) => {
      await status(returned, 'failed')
      const ending = returned.getByTestId('ending')
      expect(await ending.textContent()).toContain(LEFT)
      expect(await ending.getAttribute('data-kind')).toBe('left')
      expect(await returned.locator('.text-bad').count()).toBe(0)
      for (const action of ['continue', 'regenerate'])
        expect(await returned.getByTestId(action).isVisible(), action).toBe(true)
      expect(await returned.getByTestId('usage').textContent()).toMatch(/ out~\$0\.\d+$/)
      return lastText(returned).textContent()
    }
    const returned = await comeBack()
    const written = await shown(returned)
    expect(written?.startsWith(before)).toBe(true)
    await product.restart()
    await returned.reload()
    expect(await shown(returned)).toBe(written)
    const second = await comeBack()
    expect(await shown(second)).toBe(written)
    expect(simulator.stats().messages).toBe(1)
  },
  { complaints: [RESTARTING] },
)

pageTest(
  'Continue asks for the rest of an answer that was left, and keeps what there is',
  async ({ page, context, simulator }) => {
    await showFigures(page)
    await ask(page, 'Close me [[sim tokens=20000 thinking=0 text=lorem]]')
    await textLongerThan(page, 50)
    const comeBack = await leave(context, page)
    await simulator.waitFor(({ open }) => open === 0)
    const returned = await comeBack()
    await returned.getByTestId('continue').click()
    await answers(returned, 2)
    expect(await returned.getByTestId('prompt').allTextContents()).toEqual([
      expect.stringContaining('Close me'),
      'Continue.',
    ])
    expect(await returned.getByTestId('ending').textContent()).toContain(LEFT)
    expect(await returned.getByTestId('continue').count()).toBe(0)
    expect(simulator.stats().requests[1]?.prompt).toBe('Continue.')
    // It was told what it had written: some hundred tokens.
    const [first, second] = await returned.getByTestId('usage').allTextContents()
    expect(tokensIn(second) - tokensIn(first)).toBeGreaterThan(100)
  },
)

pageTest(
  'an answer that is to be finished in the background is whole on return, with its cost',
  async ({ page, context, simulator, product }) => {
    await showFigures(page)
    const finish = await finishAnswers(page)
    expect(await finish.getAttribute('aria-checked')).toBe('false')
    await finish.click()
    await closeMenu(page)
    // The choice is remembered.
    await page.reload()
    await ask(page, 'Go on without me [[sim tokens=240 tps=60 thinking=0]]')
    await textLongerThan(page, 20)
    const comeBack = await leave(context, page)
    const { requests } = await simulator.waitFor(({ open }) => open === 0)
    expect(requests.map(({ outcome }) => outcome)).toEqual(['completed'])
    const returned = await comeBack()
    await status(returned, 'done')
    await product.restart()
    await returned.reload()
    await status(returned, 'done')
    expect(await returned.getByTestId('ending').count()).toBe(0)
    expect(await copiedAnswer(returned)).toBe(requests[0]?.text)
    expect(await returned.getByTestId('usage').textContent()).toMatch(/ 240 out\$0\.\d+$/)
    expect(await (await finishAnswers(returned)).getAttribute('aria-checked')).toBe('true')
  },
  { complaints: [RESTARTING] },
)

pageTest(
  'where the server finishes answers by default, the page may have them stopped',
  async ({ page, context, simulator }) => {
    const finish = await finishAnswers(page)
    expect(await finish.getAttribute('aria-checked')).toBe('true')
    await finish.click()
    await closeMenu(page)
    await ask(page, 'Stop with me [[sim tokens=20000 thinking=0]]')
    await textLongerThan(page, 20)
    await leave(context, page)
    const { requests } = await simulator.waitFor(({ open }) => open === 0)
    expect(requests.map(({ outcome }) => outcome)).toEqual(['aborted'])
  },
  { env: { ON_DISCONNECT: 'continue,abort' } },
)

pageTest(
  'where the server leaves no choice there is none in the page, and an earlier one is not refused',
  async ({ page }) => {
    await page.evaluate(() => localStorage.setItem('sluice.settings', '{"onDisconnect":"continue"}'))
    await page.reload()
    expect(await (await finishAnswers(page)).count()).toBe(0)
    await closeMenu(page)
    await ask(page, 'As ever [[sim tokens=20]]')
    await answers(page, 1)
  },
  { env: { ON_DISCONNECT: 'abort' } },
)

pageTest(
  'a page whose connection was lost for too long says that',
  async ({ context, product, simulator }) => {
    let down = false
    await using proxy = await startFaultProxy(product.url, () =>
      down ? { kind: 'answer', status: 502 } : { kind: 'pass' },
    )
    const page = await context.newPage()
    await page.goto(proxy.url)
    await ask(page, 'Lose me [[sim tokens=20000 thinking=0]]')
    await textLongerThan(page, 50)
    down = true
    proxy.cut()
    await simulator.waitFor(({ open }) => open === 0)
    down = false
    await status(page, 'failed')
    expect(await page.getByTestId('ending').textContent()).toContain('because the connection was lost')
    expect(await page.getByTestId('continue').count()).toBe(1)
  },
  { complaints: [/Failed to load resource|net::ERR/] },
)
