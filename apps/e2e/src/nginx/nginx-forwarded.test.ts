import { startSimulator } from '@sluice/claude-sim'
import { question } from '@sluice/server/testing'
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
  'with TRUST_PROXY=1 the session is https-only, and forged X-Forwarded headers have no effect',
  async () => {
    const simulator = await startSimulator({ defaults: { ttft: 0, tps: 0 } })
    try {
      await using product = await startProduct({
        ANTHROPIC_API_KEY: 'test-key',
        ANTHROPIC_BASE_URL: simulator.url,
        TRUST_PROXY: '1',
        STARTS_PER_MINUTE_PER_IP: '2',
      })
      await using nginx = await startNginx(shippedConfig(product.url))
      using browser = await visit(httpsUrl(nginx))
      const { response } = browser.web.send({ path: '/trpc/models.list' })
      expect((await response).headers['set-cookie']?.[0]).toMatch(/sluice_session=.*; Secure/)

      const start = async (headers: Record<string, string>) => {
        const exchange = browser.web.send({
          method: 'POST',
          path: '/trpc/chat.send',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(question()),
        })
        const { status, body } = await exchange.response
        body.resume()
        return status
      }
      const ours = new URL(httpsUrl(nginx)).origin
      const elsewhere = { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' }
      expect(await start(elsewhere)).toBe(403)
      // The client claims three addresses and counts as its real one.
      expect(await start({ origin: ours, 'x-forwarded-for': '192.0.2.1' })).toBe(200)
      expect(await start({ origin: ours, 'x-forwarded-for': '192.0.2.2' })).toBe(200)
      expect(await start({ origin: ours, 'x-forwarded-for': '192.0.2.3' })).toBe(429)
    } finally {
      await simulator.close()
    }
  },
)
