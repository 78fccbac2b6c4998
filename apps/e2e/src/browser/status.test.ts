import { expect } from 'vitest'
import { startFaultProxy } from '../fault-proxy/fault-proxy.ts'
import { answers, ask, lastAnswer, lastText, showFigures, status, textLongerThan } from './actions.ts'
import { pageTest } from './page-test.ts'

/** What the browser itself logs of a request that failed. */
const NETWORK = /Failed to load resource|net::ERR/

pageTest('thinking is one row: how long it goes on, and then how long it took', async ({ page }) => {
  await ask(page, 'Think [[sim tps=100 thinking=400 tokens=40]]')
  await page
    .getByTestId('thinking')
    .filter({ hasText: /^Thinking.*\d s/ })
    .waitFor()
  expect(await page.getByTestId('connection').count()).toBe(0)
  expect(await page.getByTestId('thinking').getAttribute('open')).toBeNull()
  await status(page, 'done')
  expect(await page.getByTestId('thinking').locator('summary').textContent()).toMatch(/^Thought for \d/)
})

pageTest(
  'the end tells time to first token, tokens a second, tokens and cost; of the conversation too',
  async ({ page }) => {
    await showFigures(page)
    await ask(page, 'One [[sim ttft=300 tokens=100 tps=100 thinking=0]]')
    await answers(page, 1)
    expect(await page.getByTestId('usage').innerText()).toMatch(
      /^\d+(\.\d)? s to first token\n\d+ tokens\/s\n[\d,]+ tokens in, 100 out\n\$0\.\d+$/,
    )
    await ask(page, 'Two [[sim tokens=50]]')
    await answers(page, 2)
    expect(await page.getByTestId('totals').textContent()).toMatch(
      /^This conversation: [\d,]+ tokens, \$0\.\d+$/,
    )
  },
)

pageTest('a conversation costs what all its versions cost', async ({ page }) => {
  await showFigures(page)
  await ask(page, 'One [[sim tokens=100 thinking=0]]')
  await answers(page, 1)
  const usage = page.getByTestId('usage')
  const spent = async () => {
    const [tokens = '', cost = ''] = (await usage.innerText()).split('\n').slice(-2)
    const counts = Array.from(tokens.replaceAll(',', '').matchAll(/\d+/g), Number)
    return { tokens: counts.reduce((sum, one) => sum + one, 0), usd: Number(cost.replace('$', '')) }
  }
  const first = await spent()
  expect(await page.getByTestId('totals').count()).toBe(0)
  await page.getByTestId('regenerate').click()
  await page.getByTestId('answer-versions').waitFor()
  await status(page, 'done')
  const totals = page.getByTestId('totals')
  await totals.waitFor()
  const second = await spent()
  const [, tokens, usd] = /: ([\d,]+) tokens, \$(\S+)$/.exec(await totals.innerText()) ?? []
  expect(Number(tokens?.replace(',', ''))).toBe(first.tokens + second.tokens)
  expect(Number(usd)).toBeCloseTo(first.usd + second.usd, 4)
  await page.reload()
  expect(await totals.innerText()).toContain(`${tokens} tokens, $${usd}`)
})

pageTest('on a phone, every line of the figures begins where the text does', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await showFigures(page)
  await ask(page, 'One [[sim ttft=300 tokens=100 tps=100 thinking=0]]')
  await answers(page, 1)
  const figures = page.getByTestId('usage').locator('span')
  await figures.last().waitFor()
  const boxes = await Promise.all((await figures.all()).map((figure) => figure.boundingBox()))
  const tops = new Set(boxes.map((box) => box?.y))
  expect(tops.size).toBeGreaterThan(1)
  const text = await lastText(page).boundingBox()
  for (const top of tops) {
    expect(Math.min(...boxes.flatMap((box) => (box && box.y === top ? [box.x] : [])))).toBe(text?.x)
  }
})

pageTest(
  'a lost connection shows after a second, with a countdown, and then the answer goes on',
  async ({ page, context, product, simulator }) => {
    let down = false
    await using proxy = await startFaultProxy(product.url, () =>
      down ? { kind: 'answer', status: 502 } : { kind: 'pass' },
    )
    await page.close()
    const shaky = await context.newPage()
    await shaky.goto(proxy.url)
    await ask(shaky, 'Stay [[sim tokens=900 tps=150 thinking=0]]')
    await textLongerThan(shaky, 200)
    down = true
    proxy.cut()
    await shaky.locator('[data-testid=connection][data-status=reconnecting]').waitFor()
    await shaky.getByTestId('retry-countdown').waitFor({ state: 'visible' })
    down = false
    await status(shaky, 'done')
    expect(simulator.stats().messages).toBe(1)
    const { text, thinking } = simulator.stats().requests[0] ?? { text: '', thinking: '' }
    // `start`, everything Claude said, `step` and `done`: by position, nothing was lost.
    expect(await lastAnswer(shaky).getAttribute('data-position')).toBe(
      String(text.length + thinking.length + 3),
    )
  },
  { complaints: [NETWORK], env: { GRACE_MS: '20000' } },
)

pageTest(
  'an answer that broke off shows the reason, its tokens and cost, and that retrying is billed',
  async ({ page }) => {
    await showFigures(page)
    await ask(page, 'Break [[sim thinking=0 tokens=80 fault=reset@20]]')
    await status(page, 'failed')
    expect(await page.getByTestId('ending').textContent()).toMatch(/broke off.*bills a new request.*Retry/)
    expect((await lastText(page).textContent())?.length).toBeGreaterThan(20)
    expect(await page.getByTestId('usage').innerText()).toMatch(/~\d+ tokens in, ~\d\d out\n~\$0\.\d+$/)
  },
)

pageTest('a request that Claude turned away cost nothing, and says so', async ({ page }) => {
  await ask(page, 'Overloaded [[sim fault=status code=400 error-type=invalid_request_error]]')
  await status(page, 'failed')
  expect(await page.getByTestId('ending').textContent()).toContain('This attempt cost nothing.')
  await page.getByTestId('edit').click()
  await page.getByTestId('prompt-editor').waitFor()
})

pageTest('an answer that Claude declined is told calmly', async ({ page }) => {
  await ask(page, 'Decline [[sim thinking=0 fault=refusal@5]]')
  await status(page, 'failed')
  expect(await page.getByTestId('ending').getAttribute('data-kind')).toBe('refused')
})

pageTest(
  'too many questions: the message says how long to wait, and the question is not lost',
  async ({ page, simulator }) => {
    await ask(page, 'One [[sim tokens=20]]')
    await answers(page, 1)
    await page.getByRole('button', { name: 'New chat' }).click()
    await ask(page, 'Two [[sim tokens=20]]')
    await page.getByTestId('retry-after').waitFor()
    expect(await page.getByTestId('problem').textContent()).toMatch(
      /At most 1 questions? a minute\. Try again in \d+ (s|min)\b/,
    )
    expect(await page.getByTestId('composer').inputValue()).toBe('Two [[sim tokens=20]]')
    expect(new URL(page.url()).pathname).toBe('/')
    expect(simulator.stats().messages).toBe(1)
  },
  { env: { STARTS_PER_MINUTE: '1' }, complaints: [NETWORK] },
)

pageTest(
  'screen readers hear sentences while it is written, and its end; never the tokens',
  async ({ page }) => {
    await page.getByTestId('announcer').waitFor({ state: 'attached' })
    await page.evaluate(() => {
      const said: string[] = []
      Object.assign(window, { said })
      const region = document.querySelector('[data-testid=announcer]')
      if (region)
        new MutationObserver(() => said.push(region.textContent)).observe(region, {
          subtree: true,
          childList: true,
          characterData: true,
        })
    })
    await ask(page, 'Read to me [[sim tokens=900 tps=200 thinking=0 text=lorem]]')
    await status(page, 'done')
    const said = await page.evaluate(() => (window as unknown as { said: string[] }).said)
    expect(said.length).toBeLessThan(12)
    expect(said[0]).toBe('Answering…')
    expect(said.some((text) => /[a-z ]{20,}[.!?:]/i.test(text))).toBe(true)
    expect(said.at(-1)).toMatch(/Answer complete$/)
  },
)

pageTest(
  'simulated answers are told, and why: asked for, or for want of a key',
  async ({ page }) => {
    const note = page.getByTestId('simulator-note')
    expect(await note.innerText()).toBe('Simulated answers (SIMULATOR=1)')
    // Development without a key, as the page hears of it.
    await page.route(/models\.list/, async (route) => {
      const response = await route.fetch()
      const body = await response.text()
      await route.fulfill({
        response,
        body: body.replace('"simulatorChosen":true', '"simulatorChosen":false'),
      })
    })
    await page.reload()
    expect(await note.innerText()).toBe('Simulated answers (no API key)')
  },
  { env: { SIMULATOR: '1' } },
)
