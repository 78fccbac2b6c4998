import { afterAll, beforeAll, expect, test } from 'vitest'
import { noNginx } from '../nginx/nginx-binary.ts'
import { plainConfig } from '../nginx/plain-config.ts'
import { shippedConfig } from '../nginx/shipped-config.ts'
import { type Nginx, startNginx } from '../nginx/start-nginx.ts'
import { httpsUrl, httpUrl } from '../nginx/urls.ts'
import { type Product, startProduct } from '../product/start-product.ts'
import { ALL_OK, diagnosis, doctor } from './run-doctor.ts'

let product: Product
let shipped: Nginx
let plain: Nginx

const nginxTest = noNginx === undefined ? test : test.skip
if (noNginx !== undefined) process.stderr.write(`Doctor tests with nginx skipped: ${noNginx}\n`)

beforeAll(async () => {
  if (noNginx !== undefined) return
  product = await startProduct({ SIMULATOR: '1' })
  shipped = await startNginx(shippedConfig(product.url))
  plain = await startNginx(plainConfig(product.url))
})
afterAll(async () => {
  await plain?.[Symbol.asyncDispose]()
  await shipped?.[Symbol.asyncDispose]()
  await product?.stop('SIGKILL')
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

nginxTest.concurrent(
  'through nginx: a certificate that is not trusted, a redirect, a missing server',
  async () => {
    await using orphan = await startNginx(plainConfig('http://127.0.0.1:9'))
    expect((await doctor(httpsUrl(shipped))).err).toMatch(/not trusted \(.*\).*--insecure/)
    expect((await doctor(httpUrl(shipped))).err).toMatch(/redirects to https:\/\/127\.0\.0\.1/)
    expect((await doctor(httpUrl(orphan))).err).toMatch(/does not reach Sluice: status 502/)
  },
)
