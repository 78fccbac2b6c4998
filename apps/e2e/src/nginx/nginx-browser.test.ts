import { type Simulator, startSimulator } from '@sluice/claude-sim'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { launchChromium, noBrowser } from '../browser/chromium.ts'
import { type Product, startProduct } from '../product/start-product.ts'
import { openChat } from './chat-page.ts'
import { noNginx } from './nginx-binary.ts'
import { shippedConfig } from './shipped-config.ts'
import { type Nginx, type Servers, startNginx } from './start-nginx.ts'
import { httpsUrl } from './urls.ts'

let browser: Browser
let simulator: Simulator
let product: Product
let nginx: Nginx
let context: BrowserContext

const missing = noBrowser ?? noNginx
const browserTest = missing === undefined ? test : test.skip
if (missing !== undefined) process.stderr.write(`Browser tests behind nginx skipped: ${missing}\n`)

beforeAll(async () => {
  if (missing !== undefined) return
  browser = await launchChromium()
  simulator = await startSimulator({ defaults: { ttft: 0, tps: 300 } })
  product = await startProduct({
    ANTHROPIC_API_KEY: 'test-key',
    ANTHROPIC_BASE_URL: simulator.url,
    MAX_RUNS_PER_OWNER: '20',
    // The worst case of eight answers is reserved at once.
    DAILY_USD_PER_OWNER: '100',
    GRACE_MS: '1000',
  })
  nginx = await startNginx(shippedConfig(product.url))
})
afterAll(async () => {
  await browser?.close()
  await nginx?.[Symbol.asyncDispose]()
  await product?.stop('SIGKILL')
  await simulator?.close()
})

beforeEach(async () => {
  if (missing !== undefined) return
  simulator.reset()
  context = await browser.newContext({ ignoreHTTPSErrors: true })
})
afterEach(() => context?.close())

browserTest(
  'over HTTP/2 the page shows text while Claude is still writing, and Stop reaches Claude',
  async () => {
    const chat = await openChat(context, httpsUrl(nginx))
    const protocol = await chat.page.evaluate(
      () => (performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming).nextHopProtocol,
    )
    expect(protocol).toBe('h2')
    await chat.ask('Hold [[sim tps=max fault=stall-pings@12 thinking=0]]')
    await chat.textLongerThan(10)
    expect(simulator.stats().requests.map(({ outcome }) => outcome)).toEqual(['open'])
    await chat.stop()
    await chat.status('done')
    const { requests } = await simulator.waitFor(({ open }) => open === 0)
    expect(requests.map(({ outcome }) => outcome)).toEqual(['aborted'])
  },
)

browserTest('a closed tab closes the request to Claude', async () => {
  const chat = await openChat(context, httpsUrl(nginx))
  await chat.ask('Leave [[sim tps=max fault=stall-pings@12 thinking=0]]')
  await chat.textLongerThan(10)
  await chat.page.close()
  const { requests } = await simulator.waitFor(({ open }) => open === 0)
  expect(requests.map(({ outcome }) => outcome)).toEqual(['aborted'])
})

browserTest('eight tabs stream at once over HTTP/2, and Stop works in the last of them', async () => {
  for (let tab = 1; tab <= 8; tab++) {
    const chat = await openChat(context, httpsUrl(nginx))
    // A new tab shows the conversation that is being written.
    await chat.page.getByRole('button', { name: 'New chat' }).filter({ visible: true }).first().click()
    await chat.ask(`Tab ${tab} [[sim tps=max fault=stall-pings@12 thinking=0]]`)
    await chat.textLongerThan(10)
    if (tab < 8) continue
    expect(simulator.stats().open).toBe(8)
    await chat.stop()
  }
  await simulator.waitFor(({ open }) => open === 7)
})

browserTest(
  'nginx closes a connection at its request limit during an answer: the page does not notice',
  async () => {
    const retiring: Servers = (ports, certificate) => `
    keepalive_requests 2;
    server { listen 127.0.0.1:${ports[2]}; location / { stub_status; } }
    ${shippedConfig(product.url)(ports, certificate)}`
    await using strict = await startNginx(retiring, 3)
    const chat = await openChat(context, httpsUrl(strict))
    await chat.ask('Retire me [[sim tps=200 tokens=400]]')
    await chat.status('done')
    const counts = await (await fetch(`http://127.0.0.1:${strict.ports[2]}`)).text()
    expect(Number(/ (\d+) \d+ \d+ /.exec(counts)?.[1])).toBeGreaterThan(3)
    expect(await chat.text()).toBe(simulator.stats().requests[0]?.text)
    expect(await chat.reconnects()).toBe('0')
  },
)
