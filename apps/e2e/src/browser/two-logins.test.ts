import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type OwnerOf, startTestServer } from '@sluice/server/testing'
import { TRPCError } from '@trpc/server'
import type { BrowserContext, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { answers, ask, textLongerThan } from './actions.ts'
import { launchChromium, noBrowser } from './chromium.ts'

const webRoot = resolve(import.meta.dirname, '../../../web/dist')

/** The account that signed in, from a cookie of its own, as a real app would have it. */
const byAccount: OwnerOf = ({ cookies }) => {
  const account = cookies['account']
  if (account !== undefined) return account
  throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' })
}

async function signIn(context: BrowserContext, url: string, account: string): Promise<void> {
  await context.addCookies([{ name: 'account', value: account, url }])
}

/** Calls the API as the page does, with the cookies of the browser. */
function call(page: Page, path: string, input?: unknown): Promise<{ status: number; text: string }> {
  return page.evaluate(
    async ([target, body]) => {
      const options = body === undefined ? {} : { method: 'POST', body }
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`/trpc/${target}`, { ...options, headers })
      return { status: response.status, text: await response.text() }
    },
    [path, input === undefined ? undefined : JSON.stringify(input)] as const,
  )
}

const withInput = (path: string, input: object) =>
  `${path}?input=${encodeURIComponent(JSON.stringify(input))}`
const eventsOf = (runId: string) => withInput('runs.events', { runId })

test.skipIf(noBrowser !== undefined)(
  'of two logins in one browser, neither sees, stops or deletes what the other has; without one, nothing is read',
  async () => {
    expect(existsSync(webRoot)).toBe(true)
    await using server = await startTestServer({ GRACE_MS: '60000' }, { ownerOf: byAccount, webRoot })
    await using browser = await launchChromium()
    const context = await browser.newContext()
    await signIn(context, server.url, 'ada')
    const page = await context.newPage()
    const asked: { conversationId: string; runId: string }[] = []
    page.on('request', (request) => {
      if (request.url().endsWith('/chat.send')) asked.push(request.postDataJSON())
    })
    await page.goto(server.url)
    await ask(page, 'Ada’s first [[sim tokens=20]]')
    await answers(page, 1)
    await ask(page, 'Ada’s second [[sim tokens=20000 tps=100 thinking=0]]')
    await textLongerThan(page, 50)
    await page.getByTestId('composer').fill('Ada’s third')
    const address = page.url()
    const [first, second] = asked
    if (!first || !second) throw new Error('Two questions were asked.')
    const { conversationId } = second

    await signIn(context, server.url, 'bob')
    for (const { runId } of asked) {
      expect((await call(page, eventsOf(runId))).text).toContain('"code":"NOT_FOUND"')
      expect((await call(page, 'runs.stop', { runId })).status).toBe(404)
    }
    expect((await call(page, withInput('conversations.get', { conversationId }))).status).toBe(404)
    for (const change of ['remove', 'restore'])
      expect((await call(page, `conversations.${change}`, { conversationId })).status).toBe(404)
    expect((await call(page, 'conversations.rename', { conversationId, title: 'Mine' })).status).toBe(404)
    const question = { conversationId, runId: crypto.randomUUID(), content: 'What was said?' }
    for (const parentId of [null, first.runId])
      expect((await call(page, 'chat.send', { ...question, parentId })).status).toBe(404)
    for (const list of ['conversations.list', withInput('conversations.search', { words: 'Ada' })])
      expect((await call(page, list)).text).toContain('"conversations":[]')
    expect(JSON.parse((await call(page, 'account.usage')).text)).toEqual({ result: { data: [] } })
    expect((await call(page, 'account.deleteContent', {})).status).toBe(200)

    // In the same tab, at the same address, as after a sign-in.
    await page.reload()
    await page.getByTestId('notice').getByText('belongs to another account').waitFor()
    await page.getByText('Your chats will be listed here.').first().waitFor()
    await ask(page, 'Bob’s own [[sim tokens=5]]')
    await answers(page, 1)
    expect(await page.getByTestId('notice').count()).toBe(0)
    expect(await page.locator('body').innerText()).not.toContain('Ada')
    const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage].map(Object.entries)))
    expect(kept).not.toContain('Ada')

    await signIn(context, server.url, 'ada')
    expect(JSON.parse((await call(page, 'account.usage')).text)).toMatchObject({
      result: { data: [{ runs: 1 }] },
    })
    await page.goto(address)
    await textLongerThan(page, 100)
    expect(await page.locator('body').innerText()).not.toContain('Bob')

    // Signed out in the middle of the answer.
    await context.clearCookies()
    await page.reload()
    await page.getByTestId('problem').getByText('Sign in first.').waitFor()
    expect(await page.locator('body').innerText()).not.toContain('Ada')
    expect(server.runs.readers).toBe(0)
    await context.close()
  },
)
