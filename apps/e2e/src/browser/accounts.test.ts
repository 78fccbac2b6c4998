import { resolve } from 'node:path'
import { GITHUB, startGitHub, startTestServer } from '@sluice/server/testing'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { freePorts } from '../free-ports.ts'
import { answers, ask, textLongerThan } from './actions.ts'
import { launchChromium, noBrowser } from './chromium.ts'
import { violations } from './violations.ts'

const PASSWORD = 'correct horse'
const EMPTY = 'Your chats will be listed here.'
const webRoot = resolve(import.meta.dirname, '../../../web/dist')

let browser: Browser
let server: Awaited<ReturnType<typeof startTestServer>>
let gitHub: Awaited<ReturnType<typeof startGitHub>>

if (noBrowser !== undefined) process.stderr.write(`Tests of accounts skipped: ${noBrowser}\n`)

function browserTest(name: string, run: () => Promise<void>): void {
  const named = noBrowser === undefined ? test : test.skip
  named(name, run)
}

beforeAll(async () => {
  if (noBrowser !== undefined) return
  const [port] = await freePorts(1)
  gitHub = await startGitHub()
  const env = { ACCOUNTS: '1', PUBLIC_URL: `http://127.0.0.1:${port}`, PORT: String(port), ...GITHUB }
  server = await startTestServer({ ...env, GRACE_MS: '20000' }, { webRoot })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
  await gitHub?.[Symbol.asyncDispose]()
})

async function visit(context?: BrowserContext): Promise<Page> {
  const page = await (context ?? (await browser.newContext())).newPage()
  await page.goto(server.url)
  return page
}

/** The link of a mail to an address, once it is sent. */
async function linkTo(email: string, subject: string): Promise<string> {
  const find = () => server.logs.find((line) => line['to'] === email && line['subject'] === subject)
  return String((await vi.waitUntil(find, { timeout: 30_000 }))['link'])
}

async function signIn(page: Page, email: string, password = PASSWORD): Promise<void> {
  const dialog = page.getByTestId('sign-in-dialog')
  if ((await dialog.count()) === 0) await page.getByTestId('sign-in').click()
  await dialog.getByLabel('E-mail').fill(email)
  await dialog.getByLabel('Password').fill(password)
  // As one does who types.
  await page.keyboard.press('Enter')
}

/** Creates an account, follows the link that is mailed, in another tab, and signs in. */
async function signUp(page: Page, email: string): Promise<void> {
  await page.getByTestId('sign-in').click()
  await page.getByTestId('to-sign-up').click()
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByTestId('submit-sign-in').click()
  await page.getByText(`We have sent a link to ${email}.`).waitFor()
  const mail = await page.context().newPage()
  await mail.goto(await linkTo(email, 'Confirm your e-mail address'))
  await mail.getByText('Your address is confirmed.').waitFor()
  await mail.close()
  await signIn(page, email)
  await page.getByTestId('account-email').getByText(email).waitFor()
}

async function signOut(page: Page): Promise<void> {
  await page.getByTestId('account-menu').click()
  await page.getByTestId('sign-out').click()
  await page.getByTestId('sign-in').waitFor()
}

/** All that a page shows and a browser keeps. */
async function traces(page: Page): Promise<string> {
  const kept = await page.evaluate(async () =>
    JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), await caches.keys()]),
  )
  return `${await page.locator('body').innerText()} ${await page.getByTestId('composer').inputValue()} ${kept}`
}

browserTest(
  'a guest who signs in during an answer keeps everything; after the sign-out no tab shows any of it, also not to the next user',
  async () => {
    const page = await visit()
    await ask(page, 'Ada’s first [[sim tokens=20]]')
    await answers(page, 1)
    await ask(page, 'Ada’s second [[sim tokens=900 tps=100 thinking=0]]')
    await textLongerThan(page, 50)
    await page.getByTestId('composer').fill('Ada’s draft')
    const address = page.url()
    await signUp(page, 'ada@example.com')
    expect(page.url()).toBe(address)
    expect(await page.getByTestId('composer').inputValue()).toBe('Ada’s draft')
    await answers(page, 2)
    expect(server.simulator.stats().requests.map(({ outcome }) => outcome)).toEqual([
      'completed',
      'completed',
    ])

    const other = await page.context().newPage()
    await other.goto(address)
    await answers(other, 2)
    await other.getByTestId('composer').fill('Ada’s other draft')
    await signOut(page)
    // The other tab follows.
    await other.getByTestId('sign-in').waitFor()
    for (const tab of [page, other]) {
      await tab.getByText(EMPTY).first().waitFor()
      expect(await traces(tab)).not.toMatch(/Ada|ada@/)
      expect(new URL(tab.url()).pathname).toBe('/')
    }
    await other.goto(address)
    await other.getByTestId('notice').waitFor()
    expect(await traces(other)).not.toMatch(/Ada|ada@/)

    await signUp(page, 'bob@example.com')
    await page.getByText(EMPTY).first().waitFor()
    await ask(page, 'Bob’s question [[sim tokens=5]]')
    await answers(page, 1)
    await signOut(page)
    await signIn(page, 'ada@example.com', 'wrong horse')
    await page.getByTestId('sign-in-problem').getByText('Wrong e-mail address or password.').waitFor()
    await signIn(page, 'ada@example.com')
    await page.getByText('Ada’s first').first().click()
    await answers(page, 2)
    expect(await traces(page)).not.toMatch(/Bob|bob@/)
    await page.context().close()
  },
)

browserTest(
  'GitHub signs a page in, and a session that was revoked elsewhere ends in the page, which says so',
  async () => {
    const openPage = async () => {
      const context = await browser.newContext()
      await context.route('https://github.com/**', (route) => {
        const { pathname, search } = new URL(route.request().url())
        return route.fulfill({ status: 302, headers: { location: gitHub.url + pathname + search } })
      })
      return visit(context)
    }
    const signInWithGitHub = async (page: Page) => {
      await page.getByTestId('sign-in').click()
      await page.getByTestId('sign-in-github').click()
      await page.getByTestId('account-menu').waitFor()
    }
    const page = await openPage()
    await ask(page, 'Asked as a guest [[sim tokens=5]]')
    await answers(page, 1)
    await page.getByTestId('composer').fill('a draft')
    await signInWithGitHub(page)
    await answers(page, 1)
    expect(await page.getByTestId('composer').inputValue()).toBe('a draft')

    const elsewhere = await openPage()
    await signInWithGitHub(elsewhere)
    await elsewhere.getByText('Asked as a guest').first().waitFor()
    await elsewhere.getByTestId('account-menu').click()
    await elsewhere.getByTestId('sign-out-others').click()
    await elsewhere.getByText('Other devices are signed out').waitFor()
    // One of the page's next calls is refused.
    await ask(page, 'After that [[sim tokens=5]]')
    await page.getByTestId('sign-in-dialog').getByText('You were signed out.').waitFor()
    expect(await traces(page)).not.toMatch(/Asked as a guest|After that|a draft/)
    await elsewhere.keyboard.press('Escape')
    await elsewhere.getByTestId('account-menu').click()
    await elsewhere.getByTestId('delete-account').click()
    await elsewhere.getByTestId('confirm-delete-account').click()
    await elsewhere.getByTestId('sign-in').waitFor()
    await elsewhere.getByText(EMPTY).first().waitFor()

    // An unverified address is told what is missing.
    gitHub.user = { ...gitHub.user, verified: false }
    await elsewhere.getByTestId('sign-in').click()
    await elsewhere.getByTestId('sign-in-github').click()
    await elsewhere.getByText('Confirm your e-mail address at GitHub first.').waitFor()
    expect(new URL(elsewhere.url()).search).toBe('')
    for (const one of [page, elsewhere]) await one.context().close()
  },
)

browserTest(
  'axe finds nothing in the forms, a password is replaced by them, and Back closes them',
  async () => {
    const page = await visit()
    const check = async (state: string) => {
      for (const [colorScheme, width] of [
        ['light', 390],
        ['dark', 1400],
      ] as const) {
        await page.emulateMedia({ colorScheme })
        await page.setViewportSize({ width, height: 800 })
        expect(await violations(page), `${state}, ${colorScheme}`).toEqual([])
      }
    }
    await signUp(page, 'eve@example.com')
    await page.getByTestId('account-menu').click()
    await page.getByTestId('sign-out').waitFor()
    await check('menu')
    await page.getByTestId('sign-out').click()
    await page.getByTestId('sign-in').click()
    await page.getByTestId('sign-in-dialog').waitFor()
    await check('sign in')
    await page.getByTestId('to-sign-up').click()
    await check('sign up')
    await page.goBack()
    await page.getByTestId('sign-in-dialog').waitFor({ state: 'detached' })
    await page.getByTestId('sign-in').click()
    await page.getByTestId('to-forgotten').click()
    await page.getByLabel('E-mail').fill('eve@example.com')
    await page.getByTestId('submit-sign-in').click()
    await page.getByText('we have sent it a link').waitFor()
    await page.goto(await linkTo('eve@example.com', 'Choose a new password'))
    await page.getByLabel('Password, at least').fill('another horse')
    await check('reset')
    await page.getByTestId('submit-sign-in').click()
    await page.getByText('Your password is changed.').waitFor()
    await signIn(page, 'eve@example.com', 'another horse')
    await page.getByTestId('account-menu').waitFor()
    await page.context().close()
  },
)

browserTest('while accounts are off, nothing of them is shown or loaded', async () => {
  await using off = await startTestServer({}, { webRoot })
  const page = await browser.newPage()
  const loaded: string[] = []
  page.on('request', (request) => loaded.push(new URL(request.url()).pathname))
  await page.goto(off.url)
  await ask(page, 'hi [[sim tokens=5]]')
  await answers(page, 1)
  expect(loaded.length).toBeGreaterThan(3)
  expect(loaded.filter((path) => /account|api\/auth/.test(path))).toEqual([])
  expect(await page.getByTestId('sign-in').count()).toBe(0)
  await page.context().close()
})
