import { startSimulator } from '@sluice/claude-sim'
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
  'silent thinking may last longer than the proxy’s idle limit: pings every 5 s keep the stream open',
  async () => {
    const simulator = await startSimulator({ defaults: { ttft: 0 } })
    try {
      await using product = await startProduct({
        ANTHROPIC_API_KEY: 'test-key',
        ANTHROPIC_BASE_URL: simulator.url,
      })
      await using patient = await startNginx(shippedConfig(product.url, { readTimeout: '7s' }))
      await using hasty = await startNginx(shippedConfig(product.url, { readTimeout: '2s' }))
      using browser = await visit(httpsUrl(patient))
      using unlucky = await visit(httpsUrl(hasty), { cookie: browser.client.cookie })
      const runId = await browser.client.start('think [[sim tps=max fault=stall-pings@3 thinking=0]]')
      const reader = browser.client.read(runId)
      const cut = unlucky.client.read(runId)
      // The second ping comes after 10 s. Without pings, 7 s of silence would have ended the stream.
      expect(await reader.until(({ ended }) => ended || reader.count('ping') === 2)).toBe(true)
      expect([reader.ended, reader.failure]).toEqual([false, undefined])
      // The control: nginx does cut a stream that is silent for longer than its limit.
      expect([cut.ended, cut.count('ping')]).toEqual([true, 0])
      await browser.client.stop(runId)
      await reader.until(({ ended }) => ended)
      expect(reader.terminal).toMatchObject({ stopReason: 'stopped' })
    } finally {
      await simulator.close()
    }
  },
)
