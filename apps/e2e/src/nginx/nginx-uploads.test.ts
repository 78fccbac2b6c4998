import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { startProduct } from '../product/start-product.ts'
import { noNginx } from './nginx-binary.ts'
import { shippedConfig } from './shipped-config.ts'
import { startNginx } from './start-nginx.ts'
import { httpsUrl } from './urls.ts'
import { visit } from './visit.ts'

const nginxTest = noNginx === undefined ? test : test.skip
if (noNginx !== undefined) process.stderr.write(`nginx tests skipped: ${noNginx}\n`)

nginxTest(
  'a file of the largest size passes through nginx and back, and the refusal of a larger one is ours',
  async () => {
    await using product = await startProduct({ SIMULATOR: '1', TRUST_PROXY: '1' })
    await using nginx = await startNginx(shippedConfig(product.url))
    using browser = await visit(httpsUrl(nginx))
    const cookie = (await browser.web.send({ path: '/trpc/models.list' }).response).headers['set-cookie']?.[0]
    const headers = { cookie: cookie?.split(';', 1)[0] ?? '', 'content-type': 'application/pdf' }
    const send = async (size: number) => {
      const body = '%PDF-1.4\n'.padEnd(size, 'x')
      const exchange = browser.web.send({ method: 'POST', path: '/attachments?name=a.pdf', headers, body })
      const response = await exchange.response
      return { status: response.status, body: JSON.parse(await text(response.body)) }
    }
    const stored = await send(24_000_000)
    expect(stored).toMatchObject({ status: 201, body: { size: 24_000_000 } })
    const path = `/attachments/${stored.body.attachmentId}`
    const { status, body } = await browser.web.send({ path, headers }).response
    expect([status, (await text(body)).length]).toEqual([200, 24_000_000])
    expect(await send(24_000_001)).toMatchObject({
      status: 413,
      body: { error: { message: 'A PDF may have at most 24 MB.' } },
    })
  },
)
