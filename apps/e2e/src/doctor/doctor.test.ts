import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { type Simulator, startSimulator } from '@sluice/claude-sim'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePorts } from '../free-ports.ts'
import { noNginx } from '../nginx/nginx-binary.ts'
import { plainConfig } from '../nginx/plain-config.ts'
import { shippedConfig } from '../nginx/shipped-config.ts'
import { type Nginx, startNginx } from '../nginx/start-nginx.ts'
import { httpsUrl, httpUrl } from '../nginx/urls.ts'
import { type Product, startProduct } from '../product/start-product.ts'
import type { Finding } from './finding.ts'

let product: Product
let shipped: Nginx
let plain: Nginx

const nginxTest = noNginx === undefined ? test : test.skip
if (noNginx !== undefined) process.stderr.write(`Doctor tests with nginx skipped: ${noNginx}\n`)

beforeAll(async () => {
  product = await startProduct({ SIMULATOR: '1' })
  if (noNginx !== undefined) return
  shipped = await startNginx(shippedConfig(product.url))
  plain = await startNginx(plainConfig(product.url))
})
afterAll(async () => {
  await plain?.[Symbol.asyncDispose]()
  await shipped?.[Symbol.asyncDispose]()
  await product?.stop('SIGKILL')
})

async function doctor(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const main = resolve(import.meta.dirname, 'main.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args])
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

/** The diagnosis: the level of each check, and all messages as one text. */
async function diagnosis(...args: string[]) {
  const { code, out } = await doctor('--json', ...args)
  const { ok, findings } = JSON.parse(out) as { ok: boolean; findings: Finding[] }
  const levels = Object.fromEntries(findings.map(({ check, level }) => [check, level]))
  const messages = findings.map(({ summary, fix = [] }) => [summary, ...fix].join('\n')).join('\n')
  return { code, ok, levels, messages }
}

const ALL_OK = {
  http: 'ok',
  body: 'ok',
  delivery: 'ok',
  resume: 'ok',
  stop: 'ok',
  headers: 'ok',
  disconnect: 'ok',
  pings: 'ok',
}

test.concurrent('without a proxy there are no problems, and a note about HTTP/1.1', async () => {
  const { code, levels, messages } = await diagnosis(product.url)
  expect(levels).toEqual({ ...ALL_OK, http: 'note' })
  expect(messages).toContain('six connections')
  expect(code).toBe(0)
})

nginxTest.concurrent('the shipped nginx configuration has no problems', async () => {
  const { code, out, err } = await doctor(httpsUrl(shipped), '--insecure')
  expect(err).toContain('through nginx')
  expect(out).toContain('No problems found.')
  expect(out).not.toMatch(/FAIL|note|skip/)
  expect(code).toBe(0)
})

nginxTest.concurrent('two nginx in a row: it reports buffering and names the fix', async () => {
  await using outer = await startNginx(plainConfig(httpUrl(plain)))
  const { code, ok, levels, messages } = await diagnosis(httpUrl(outer))
  expect([code, ok]).toEqual([1, false])
  expect(levels).toMatchObject({ delivery: 'failure', pings: 'failure', stop: 'ok', disconnect: 'ok' })
  expect(messages).toContain('proxy_pass_header X-Accel-Buffering;')
  expect(messages).toContain('proxy_buffering off;')
})

nginxTest.concurrent('it reports bursts, an unnoticed closed tab and a small body limit', async () => {
  // Without gzip nginx passes on full buffers of 4 KB, which looks almost like streaming.
  const quirks = 'gzip off; proxy_ignore_client_abort on; client_max_body_size 64k;'
  await using inner = await startNginx(plainConfig(product.url, quirks))
  await using outer = await startNginx(plainConfig(httpUrl(inner), quirks))
  const { code, levels, messages } = await diagnosis(httpUrl(outer))
  expect(levels).toMatchObject({ delivery: 'failure', disconnect: 'failure', body: 'failure', stop: 'ok' })
  expect(messages).toContain('bursts')
  expect(messages).toContain('proxy_ignore_client_abort')
  expect(messages).toContain('client_max_body_size')
  expect(code).toBe(1)
})

nginxTest.concurrent('it reports a proxy that closes silent streams too soon', async () => {
  await using hasty = await startNginx(shippedConfig(product.url, { readTimeout: '3s' }))
  const { code, levels, messages } = await diagnosis(httpsUrl(hasty), '--insecure')
  expect(levels).toEqual({ ...ALL_OK, pings: 'failure' })
  expect(messages).toContain('proxy_read_timeout')
  expect(code).toBe(1)
})

test.concurrent('with the real Claude it tells the cost first, and asks twice', async () => {
  const simulator: Simulator = await startSimulator({ defaults: { tps: 80, ttft: 300, tokens: 5000 } })
  await using paid = await startProduct({
    ANTHROPIC_API_KEY: 'test-key',
    ANTHROPIC_BASE_URL: simulator.url,
  })
  const { code, out, err } = await doctor(paid.url)
  expect(err).toMatch(/Asking claude-opus-4-8 two short questions, at most \$0\.0\d+/)
  expect(out).toContain('Text arrives as it is written')
  expect(out).toContain('Pings were not measured')
  expect(out).not.toContain('FAIL')
  expect(code).toBe(0)
  expect(simulator.stats().requests.map(({ outcome }) => outcome)).toEqual(['aborted', 'aborted'])
  await simulator.close()
})

test.concurrent('no URL, an unreachable one, and one that is not Sluice: one message each, and exit code 1', async () => {
  const simulator = await startSimulator()
  const [port] = await freePorts(1)
  const cases: [args: string[], message: RegExp][] = [
    [[], /Expected one URL\.\n\nTests/],
    [['banana'], /^"banana" is not the URL of a page/],
    [
      [`http://127.0.0.1:${port}`],
      /^Nothing listens at 127\.0\.0\.1:\d+\. Is Sluice or its proxy running\?\n$/,
    ],
    [[simulator.url], /is not Sluice: \/trpc\/models\.list answered 40\d/],
    [[product.url.replace('http:', 'https:')], /does not speak TLS/],
    [[product.url, '--grace', 'long'], /--grace: expected seconds/],
  ]
  for (const [args, message] of cases) {
    const { code, out, err } = await doctor(...args)
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(message)
  }
  const { code, out } = await doctor(`http://127.0.0.1:${port}`, '--json')
  expect([code, JSON.parse(out)]).toMatchObject([1, { ok: false, error: { code: 'unreachable' } }])
  await simulator.close()
})

nginxTest.concurrent(
  'through nginx: a certificate that is not trusted, a redirect, a missing server',
  async () => {
    await using orphan = await startNginx(plainConfig('http://127.0.0.1:9'))
    expect((await doctor(httpsUrl(shipped))).err).toMatch(/not trusted \(.*\).*--insecure/)
    expect((await doctor(httpUrl(shipped))).err).toMatch(/redirects to https:\/\/127\.0\.0\.1/)
    expect((await doctor(httpUrl(orphan))).err).toMatch(/does not reach Sluice: status 502/)
  },
)
