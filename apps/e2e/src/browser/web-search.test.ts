import { expect } from 'vitest'
import { answers, ask, lastText } from './actions.ts'
import { copiedAnswer } from './copied-answer.ts'
import { pageTest } from './page-test.ts'

const WEB = { env: { WEB_SEARCH: '1', WEB_FETCH: '1' } }

pageTest(
  'a search says what it looks for, and the answer has numbers that lead to its sources',
  async ({ page }) => {
    await ask(page, 'Search the web for canal locks [[sim search=2 fetch=1 thinking=0 tps=100]]')
    await page.getByText('Searching the web').waitFor()
    await answers(page, 1)
    const lines = await page.getByTestId('tool-line').locator('summary').allInnerTexts()
    expect(lines.map((line) => line.replaceAll(/\s+/g, ' '))).toEqual([
      expect.stringContaining('Search the web for “canal locks” 3 pages'),
      expect.stringContaining('Search the web for “canal locks 2” 3 pages'),
      expect.stringContaining('Read https://locks.example/how-a-lock-works 1 page'),
    ])
    const text = lastText(page)
    const numbers = await text.getByRole('link').allInnerTexts()
    expect(numbers).toEqual(['[1]', '[2]', '[3]', '[3]', '[1]'])
    const first = text.getByRole('link', { name: '[1]' }).first()
    expect(await first.getAttribute('href')).toBe('https://locks.example/how-a-lock-works')
    expect(await first.getAttribute('rel')).toContain('noopener')
    const listed = await page.getByTestId('sources').getByRole('listitem').allInnerTexts()
    expect(listed.map((line) => line.replaceAll(/\s+/g, ' '))).toEqual([
      'How a lock works locks.example',
      'Gates and paddles water.example',
      'A short history of canals canals.example',
    ])
    const copied = await copiedAnswer(page)
    expect(copied).toContain('gates at both ends [1], that ')
    expect(copied).toContain('1. [How a lock works](<https://locks.example/how-a-lock-works>)')

    const shown = await text.innerText()
    await page.reload()
    await page.getByTestId('sources').waitFor()
    await expect.poll(() => text.innerText()).toBe(shown)
    expect(await page.getByTestId('sources').getByRole('listitem').count()).toBe(3)
  },
  WEB,
)

pageTest(
  'sources with hostile addresses and titles run nothing, load nothing and lead nowhere',
  async ({ page, product, context }) => {
    const foreign: string[] = []
    context.on('request', (request) => {
      if (!request.url().startsWith(product.url)) foreign.push(request.url())
    })
    const dialogs: string[] = []
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message())
      void dialog.dismiss()
    })
    const hostile = [
      ['javascript:alert(1)', '<img src=x onerror=alert(1)>'],
      ['data:text/html,<script>alert(1)</script>', '![x](https://evil.example/i.png)'],
      ['https://bank.example@evil.example/', 'Your bank'],
      ['https://a.example/x](javascript:alert(1))', '](javascript:alert(1)) <script>alert(1)</script>'],
      ['https://a.example/">x', '" onmouseover="alert(1)'],
    ] as const
    for (const [index, [source, title]] of hostile.entries()) {
      await ask(page, `Locks? [[sim search=1 fetch=1 thinking=0 source='${source}' title='${title}']]`)
      await answers(page, index + 1)
    }
    for (const line of await page.getByTestId('tool-line').all()) await line.locator('summary').click()
    for (const link of await page.getByTestId('answer').getByRole('link').all()) await link.hover()
    const hosts = await page
      .getByTestId('answer')
      .locator('a')
      .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href))
    expect([...new Set(hosts.map((href) => new URL(href).host))].toSorted()).toEqual([
      'a.example',
      'canals.example',
      'water.example',
    ])
    expect(await page.getByTestId('answer').locator('img, script, iframe, style').count()).toBe(0)
    expect([foreign, dialogs]).toEqual([[], []])
  },
  WEB,
)

pageTest('a summary and another model are told in a line each', async ({ page }) => {
  await ask(page, 'Locks? [[sim tokens=20 thinking=0 compaction=1 fallback=claude-sonnet-5-5]]')
  await answers(page, 1)
  expect(await page.getByTestId('answer-note').allInnerTexts()).toEqual([
    'Claude summarised the conversation to go on.',
    'Answered by Claude Sonnet 5.5 instead of Claude Opus 4.8.',
  ])
})
