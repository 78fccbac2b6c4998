import { type Simulator, startSimulator } from '@sluice/claude-sim'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchChromium, noBrowser } from '../browser/chromium.ts'
import { type EmbeddedDatabase, embeddedDatabase } from '../product/embedded-database.ts'
import { type Product, startProduct } from '../product/start-product.ts'
import { type ChatPage, openChat } from './chat-page.ts'
import { noNginx } from './nginx-binary.ts'
import { shippedConfig } from './shipped-config.ts'
import { type Nginx, startNginx } from './start-nginx.ts'
import { httpsUrl } from './urls.ts'

let browser: Browser
let simulator: Simulator
let product: Product
let database: EmbeddedDatabase
let nginx: Nginx
let context: BrowserContext
let chat: ChatPage

const missing = noBrowser ?? noNginx
const browserTest = missing === undefined ? test : test.skip
if (missing !== undefined) process.stderr.write(`Browser tests behind nginx skipped: ${missing}\n`)

function start(env: Record<string, string> = {}): Promise<Product> {
  return startProduct({
    ANTHROPIC_API_KEY: 'test-key',
    ANTHROPIC_BASE_URL: simulator.url,
    DATABASE_URL: database.url,
    GRACE_MS: '20000',
    DRAIN_MS: '0',
    ...env,
  })
}

/** Ends the server and starts another one on the same port, as a deploy does. Meanwhile nginx answers 502. */
async function restart(signal: NodeJS.Signals, whileDown: () => Promise<unknown>): Promise<void> {
  const { port } = new URL(product.url)
  await product.stop(signal)
  await whileDown()
  product = await start({ PORT: port })
}

const badGateway = () => chat.page.waitForResponse((response) => response.status() === 502)

beforeAll(async () => {
  if (missing !== undefined) return
  browser = await launchChromium()
  simulator = await startSimulator({ defaults: { ttft: 0, tps: 300 } })
  // It knows at its opening that a killed server is dead. A real Postgres knows after half a minute.
  database = await embeddedDatabase()
  product = await start()
  nginx = await startNginx(shippedConfig(product.url))
})
afterAll(async () => {
  await browser?.close()
  await nginx?.[Symbol.asyncDispose]()
  await product?.stop('SIGKILL')
  await database?.remove()
  await simulator?.close()
})

beforeEach(async () => {
  if (missing !== undefined) return
  simulator.reset()
  context = await browser.newContext({ ignoreHTTPSErrors: true })
  chat = await openChat(context, httpsUrl(nginx))
})
afterEach(() => context?.close())

browserTest('the API restarts: the current answer ends with a reason, the next needs no reload', async () => {
  // Text without marks: an open mark is rendered differently after the end.
  await chat.ask('Interrupt me [[sim tokens=20000 text=lorem]]')
  const before = await chat.textLongerThan(50)
  await restart('SIGTERM', async () => {
    await chat.status('failed')
    // The server is down: nginx answers 502, and the page retries until the server is back.
    const refused = badGateway()
    await chat.ask('Are you back? [[sim tokens=40 thinking=0]]')
    await refused
  })
  await chat.answers(2)
  await chat.status('done')
  expect(await chat.page.getByTestId('answer-text').first().textContent()).toContain(before)
  const { requests, messages } = simulator.stats()
  expect(messages).toBe(2)
  expect(requests.map(({ outcome }) => outcome)).toEqual(['aborted', 'completed'])
  expect(await chat.text()).toBe(requests[1]?.text)
})

browserTest('the API is killed: the page keeps its text, and Continue works', async () => {
  await chat.ask('Kill me [[sim tokens=20000]]')
  const before = await chat.textLongerThan(50)
  await restart('SIGKILL', badGateway)
  await chat.page.getByTestId('continue').waitFor()
  expect(await chat.shown()).toContain(before)
  await chat.page.getByTestId('continue').click()
  await simulator.waitFor(({ messages }) => messages === 2)
  await chat.textLongerThan(50)
  await chat.stop()
  await chat.status('done')
})

browserTest('nginx restarts during an answer: identical text, one request to Claude', async () => {
  await chat.ask('Restart nginx [[sim tps=200 tokens=700 text=emoji]]')
  await chat.textLongerThan(100)
  await nginx.stop()
  await nginx.start()
  await chat.status('done')
  expect(await chat.text()).toBe(simulator.stats().requests[0]?.text)
  expect(simulator.stats().messages).toBe(1)
  expect(await chat.reconnects()).not.toBe('0')
})

browserTest(
  'nginx reloads during an answer: the page does not notice, and the next question works',
  async () => {
    await chat.ask('Reload nginx [[sim tps=200 tokens=600]]')
    await chat.textLongerThan(100)
    await nginx.reload()
    await chat.status('done')
    expect(await chat.text()).toBe(simulator.stats().requests[0]?.text)
    expect(await chat.reconnects()).toBe('0')
    await chat.ask('Next [[sim tokens=30]]')
    await chat.answers(2)
    await chat.status('done')
    expect(simulator.stats().messages).toBe(2)
  },
)
