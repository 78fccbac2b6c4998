import { type Simulator, startSimulator } from '@sluice/claude-sim'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Product, startProduct } from '../product/start-product.ts'
import { noNginx } from './nginx-binary.ts'
import { plainConfig } from './plain-config.ts'
import { shippedConfig } from './shipped-config.ts'
import { type Nginx, type Servers, startNginx } from './start-nginx.ts'
import { httpsUrl, httpUrl } from './urls.ts'
import { visit } from './visit.ts'

let simulator: Simulator
let product: Product
let running: Nginx[]

const nginxTest = noNginx === undefined ? test : test.skip
if (noNginx !== undefined) process.stderr.write(`nginx tests skipped: ${noNginx}\n`)

beforeAll(async () => {
  if (noNginx !== undefined) return
  simulator = await startSimulator({ defaults: { ttft: 0, tps: 300 } })
  product = await startProduct({ ANTHROPIC_API_KEY: 'test-key', ANTHROPIC_BASE_URL: simulator.url })
})
afterAll(async () => {
  await product?.stop('SIGKILL')
  await simulator?.close()
})
beforeEach(() => {
  simulator?.reset()
  running = []
  return async () => {
    for (const nginx of running) await nginx[Symbol.asyncDispose]()
  }
})

async function hop(servers: Servers): Promise<Nginx> {
  const nginx = await startNginx(servers)
  running.push(nginx)
  return nginx
}

/** Claude sends five tokens and then nothing. */
async function heldRun(url: string) {
  const browser = await visit(url)
  const runId = await browser.client.start('hold [[sim tps=max fault=stall-pings@5 thinking=0]]')
  const reader = browser.client.read(runId)
  const { requests } = await simulator.waitFor(({ requests: [first] }) => (first?.text ?? '') !== '')
  return { browser, runId, reader, said: requests[0]?.text ?? '' }
}

async function expectStreaming(url: string) {
  const { browser, runId, reader, said } = await heldRun(url)
  using _ = browser
  expect(await reader.until(({ text }) => text === said)).toBe(true)
  expect(simulator.stats().open).toBe(1)
  await browser.client.stop(runId)
  await simulator.waitFor(({ open }) => open === 0)
}

nginxTest(
  'an inner nginx removes X-Accel-Buffering, and the outer one buffers everything until the end',
  async () => {
    const inner = await hop(plainConfig(product.url))
    const outer = await hop(plainConfig(httpUrl(inner)))
    const { browser, runId, reader, said } = await heldRun(httpUrl(outer))
    using _ = browser
    // The inner one alone delivers: a second reader of the same run gets the text …
    using nearer = await visit(httpUrl(inner), { cookie: browser.client.cookie })
    const witness = nearer.client.read(runId)
    expect(await witness.until(({ text }) => text === said)).toBe(true)
    expect(witness.headers['x-accel-buffering']).toBeUndefined()
    // … while after a few more round trips through the outer one, it has delivered nothing.
    for (let i = 0; i < 20; i++) await browser.client.query('models.list')
    expect(reader.status).toBeUndefined()
    expect(reader.arrivals).toEqual([])

    await browser.client.stop(runId)
    await reader.until(({ ended }) => ended)
    expect(reader.text).toBe(said)
    expect(reader.terminal).toMatchObject({ type: 'done', stopReason: 'stopped' })
  },
)

nginxTest('fix: proxy_pass_header X-Accel-Buffering in the inner one', async () => {
  const inner = await hop(plainConfig(product.url, 'proxy_pass_header X-Accel-Buffering;'))
  await expectStreaming(httpUrl(await hop(plainConfig(httpUrl(inner)))))
})

nginxTest('fix: proxy_buffering off in the outer one', async () => {
  const inner = await hop(plainConfig(product.url))
  await expectStreaming(httpUrl(await hop(plainConfig(httpUrl(inner), 'proxy_buffering off;'))))
})

nginxTest('the shipped configuration needs no fix, as the inner or the outer one', async () => {
  const asInner = await hop(shippedConfig(product.url))
  await expectStreaming(httpUrl(await hop(plainConfig(httpsUrl(asInner)))))
  simulator.reset()
  const inner = await hop(plainConfig(product.url))
  await expectStreaming(httpsUrl(await hop(shippedConfig(httpUrl(inner)))))
})
