import { expect } from 'vitest'
import { answers, ask, lastText, showFigures, status, textLongerThan } from './actions.ts'
import { copiedAnswer } from './copied-answer.ts'
import { pageTest } from './page-test.ts'

pageTest(
  'ask, watch the text grow, see the end with usage and cost; nothing in the console',
  async ({ page, simulator }) => {
    await showFigures(page)
    await ask(page, 'Tell me about lock gates [[sim tokens=400]]')
    await textLongerThan(page, 20)
    const early = (await lastText(page).textContent())?.length ?? 0
    await textLongerThan(page, early + 50)
    await status(page, 'done')
    expect(await copiedAnswer(page)).toBe(simulator.stats().requests[0]?.text)
    expect(await page.getByTestId('usage').last().textContent()).toMatch(/\$/)
    expect(simulator.stats().messages).toBe(1)
  },
)

pageTest(
  'Stop closes the request upstream, keeps what was said, and the next question works',
  async ({ page, simulator }) => {
    await ask(page, 'Stop me [[sim tokens=20000]]')
    await textLongerThan(page, 50)
    await page.getByTestId('stop').click()
    await status(page, 'done')
    const { requests } = await simulator.waitFor(({ open }) => open === 0)
    expect(requests.map(({ outcome }) => outcome)).toEqual(['aborted'])
    const said = await copiedAnswer(page)
    expect(said.length).toBeGreaterThan(50)
    expect(requests[0]?.text.startsWith(said)).toBe(true)
    await ask(page, 'And again [[sim tokens=30]]')
    await answers(page, 2)
  },
)

pageTest('Escape stops; Shift+Enter writes a new line and sends nothing', async ({ page, simulator }) => {
  await page.getByTestId('composer').fill('one')
  await page.getByTestId('composer').press('Shift+Enter')
  await page.getByTestId('composer').pressSequentially('two [[sim tokens=20000]]')
  expect(await page.getByTestId('composer').inputValue()).toBe('one\ntwo [[sim tokens=20000]]')
  expect(simulator.stats().messages).toBe(0)
  await page.getByTestId('composer').press('Enter')
  await textLongerThan(page, 10)
  await page.keyboard.press('Escape')
  await status(page, 'done')
  await simulator.waitFor(({ open }) => open === 0)
})

pageTest(
  'a reload in mid-answer goes on where it was: identical text, one request upstream',
  async ({ page, simulator }) => {
    await ask(page, 'Reload me [[sim tokens=1200 text=emoji]]')
    await textLongerThan(page, 100)
    await page.reload()
    await textLongerThan(page, 100)
    await status(page, 'done')
    expect(await copiedAnswer(page)).toBe(simulator.stats().requests[0]?.text)
    expect(simulator.stats().messages).toBe(1)
  },
)

pageTest('a reload after the end shows the same conversation', async ({ page, simulator }) => {
  await ask(page, 'Keep me [[sim tokens=60]]')
  await status(page, 'done')
  const said = await copiedAnswer(page)
  await page.reload()
  await status(page, 'done')
  expect(await copiedAnswer(page)).toBe(said)
  expect(simulator.stats().messages).toBe(1)
})

pageTest('a closed tab closes upstream after the grace', async ({ page, simulator }) => {
  await ask(page, 'Close me [[sim tokens=20000]]')
  await textLongerThan(page, 30)
  await page.close()
  const { requests } = await simulator.waitFor(({ open }) => open === 0)
  expect(requests.map(({ outcome }) => outcome)).toEqual(['aborted'])
})

pageTest(
  'a question asked before the session is there is not lost, and asks once',
  async ({ page, context, simulator }) => {
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    await page.route('**/trpc/models.list*', async (route) => {
      await held
      await route.continue()
    })
    await context.clearCookies()
    await page.reload({ waitUntil: 'commit' })
    await ask(page, 'Early [[sim tokens=40]]')
    await page.getByTestId('stop').waitFor()
    expect(simulator.stats().messages).toBe(0)
    release()
    await status(page, 'done')
    expect(await copiedAnswer(page)).toBe(simulator.stats().requests[0]?.text)
    expect(simulator.stats().messages).toBe(1)
  },
)

pageTest('Enter twice asks once', async ({ page, simulator }) => {
  await page.getByTestId('composer').fill('Twice [[sim tokens=40]]')
  await page.evaluate(() => {
    const composer = document.querySelector('[data-testid=composer]')
    for (let i = 0; i < 2; i++) {
      composer?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
    }
  })
  await status(page, 'done')
  expect(simulator.stats().messages).toBe(1)
  expect(await page.getByTestId('answer').count()).toBe(1)
})

pageTest('a failed answer says why, and Retry asks again', async ({ page, simulator }) => {
  await ask(page, 'Fail once [[sim tokens=100 fault=reset@20 times=1]]')
  await status(page, 'failed')
  expect((await lastText(page).textContent())?.length).toBeGreaterThan(20)
  await page.getByTestId('retry').click()
  await status(page, 'done')
  expect(await copiedAnswer(page)).toBe(simulator.stats().requests[1]?.text)
  expect(simulator.stats().messages).toBe(2)
})

pageTest('a second question carries the conversation', async ({ page, simulator }) => {
  await ask(page, 'First [[sim tokens=40]]')
  await status(page, 'done')
  await ask(page, 'Second [[sim tokens=40]]')
  await answers(page, 2)
  expect(simulator.stats().requests[1]?.prompt).toContain('Second')
  expect(await page.getByTestId('prompt').allTextContents()).toEqual([
    expect.stringContaining('First'),
    expect.stringContaining('Second'),
  ])
})
