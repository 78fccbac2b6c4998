import { randomUUID } from 'node:crypto'
import { type Simulator, startSimulator } from '@sluice/claude-sim'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Product, startProduct } from '../product/start-product.ts'
import { noNginx } from './nginx-binary.ts'
import { plainConfig } from './plain-config.ts'
import { shippedConfig } from './shipped-config.ts'
import { type Nginx, startNginx } from './start-nginx.ts'
import { httpsUrl, httpUrl } from './urls.ts'
import { visit } from './visit.ts'

let simulator: Simulator
let product: Product
let shipped: Nginx
let plain: Nginx

const nginxTest = noNginx === undefined ? test : test.skip
if (noNginx !== undefined) process.stderr.write(`nginx tests skipped: ${noNginx}\n`)

beforeAll(async () => {
  if (noNginx !== undefined) return
  simulator = await startSimulator({ defaults: { ttft: 0, tps: 300 } })
  product = await startProduct({
    ANTHROPIC_API_KEY: 'test-key',
    ANTHROPIC_BASE_URL: simulator.url,
    // Longer than a busy machine takes to come back after a dropped connection.
    GRACE_MS: '2000',
  })
  shipped = await startNginx(shippedConfig(product.url))
  plain = await startNginx(plainConfig(product.url))
})
afterAll(async () => {
  await plain?.[Symbol.asyncDispose]()
  await shipped?.[Symbol.asyncDispose]()
  await product?.stop('SIGKILL')
  await simulator?.close()
})
beforeEach(() => simulator?.reset())

const WAYS = [
  ['the shipped configuration, HTTP/2', () => visit(httpsUrl(shipped)), '2'],
  ['the shipped configuration, HTTP/1.1', () => visit(httpsUrl(shipped), { http1: true }), '1.1'],
  ['nginx’s defaults with gzip, HTTP/2', () => visit(httpsUrl(plain)), '2'],
  ['nginx’s defaults with gzip, HTTP/1.1', () => visit(httpUrl(plain)), '1.1'],
] as const

nginxTest.each(WAYS)(
  '%s: tokens arrive as they are written, and Stop reaches Claude',
  async (_, go, version) => {
    using browser = await go()
    expect(browser.web.httpVersion).toBe(version)
    // Claude sends five tokens and then nothing, so text that arrives has not waited for the end.
    const runId = await browser.client.start('hold [[sim tps=max fault=stall-pings@5 thinking=0]]')
    const reader = browser.client.read(runId)
    const [request] = (await simulator.waitFor(({ requests }) => requests.some(({ text }) => text !== '')))
      .requests
    expect(await reader.until(({ text }) => text !== '' && request?.text.startsWith(text) === true)).toBe(
      true,
    )
    expect(simulator.stats().requests.map(({ outcome }) => outcome)).toEqual(['open'])

    await browser.client.stop(runId)
    const { requests } = await simulator.waitFor(({ open }) => open === 0)
    expect(requests.map(({ outcome }) => outcome)).toEqual(['aborted'])
    await reader.until(({ ended }) => ended)
    expect(reader.terminal).toMatchObject({ type: 'done', stopReason: 'stopped' })
    expect(reader.text).toBe(requests[0]?.text)
  },
)

nginxTest.each(WAYS)('%s: a closed tab closes the request to Claude after the grace', async (_, go) => {
  using browser = await go()
  const runId = await browser.client.start('leave [[sim tps=max fault=stall-pings@5 thinking=0]]')
  const reader = browser.client.read(runId, { readerId: randomUUID() })
  await reader.until(({ text }) => text !== '')
  reader.drop()
  const { requests } = await simulator.waitFor(({ open }) => open === 0)
  expect(requests.map(({ outcome }) => outcome)).toEqual(['aborted'])
  const late = browser.client.read(runId)
  await late.until(({ ended }) => ended)
  expect(late.terminal).toMatchObject({ type: 'error', code: 'abandoned' })
})

nginxTest.each(WAYS)('%s: five dropped connections, identical text, one request to Claude', async (_, go) => {
  using browser = await go()
  const runId = await browser.client.start('drops [[sim tps=100 tokens=300 text=emoji]]')
  let [text, after] = ['', 0]
  for (let drops = 0; drops < 5; drops++) {
    const reader = browser.client.read(runId, { after })
    await reader.until(({ position }) => position > after)
    reader.drop()
    // Events that arrived before the drop count, as in a browser.
    await reader.until(({ ended }) => ended)
    expect(reader.gapAt).toBeUndefined()
    ;[text, after] = [text + reader.text, reader.position]
  }
  const rest = browser.client.read(runId, { after })
  await rest.until(({ ended }) => ended)
  expect(rest.terminal?.type).toBe('done')
  const { requests, messages } = simulator.stats()
  expect(text + rest.text).toBe(requests[0]?.text)
  expect(messages).toBe(1)
})

nginxTest(
  'the shipped configuration lets the longest conversation in its worst encoding through',
  async () => {
    using browser = await visit(httpsUrl(shipped))
    const question = 'x [[sim tokens=5 thinking=0]]'
    const prompt = '\u0001'.repeat(200_000 - question.length) + question
    expect(JSON.stringify(prompt).length).toBeGreaterThan(1024 * 1024)
    const reader = browser.client.read(await browser.client.start(prompt))
    await reader.until(({ ended }) => ended)
    expect(reader.terminal?.type).toBe('done')
  },
)

nginxTest('the shipped configuration compresses the page’s scripts and leaves the stream alone', async () => {
  using browser = await visit(httpsUrl(shipped))
  const page = await browser.web.send({ path: '/' }).response
  let html = ''
  for await (const chunk of page.body.setEncoding('utf8') as AsyncIterable<string>) html += chunk
  const path = /src="(\/assets\/[^"]+\.js)"/.exec(html)?.[1] ?? ''
  const script = browser.web.send({ path, headers: { 'accept-encoding': 'gzip' } })
  expect((await script.response).headers['content-encoding']).toBe('gzip')
  script.drop()
  const reader = browser.client.read(await browser.client.start('short [[sim tokens=5]]'))
  await reader.until(({ ended }) => ended)
  expect(reader.headers['content-type']).toContain('text/event-stream')
  expect(reader.headers['content-encoding']).toBeUndefined()
  expect(reader.headers['cache-control']).toContain('no-transform')
})

nginxTest('the shipped configuration sends HTTP to HTTPS', async () => {
  const response = await fetch(`${httpUrl(shipped)}/deep?a=b`, { redirect: 'manual' })
  expect(response.status).toBe(308)
  expect(response.headers.get('location')).toBe('https://127.0.0.1/deep?a=b')
})
