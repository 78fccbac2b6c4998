import { startSimulator } from '@sluice/claude-sim'
import { expect, test } from 'vitest'
import { startProduct } from '../product/start-product.ts'
import { launchFirefox, noFirefox } from './firefox.ts'
import { walkMainPath } from './main-path.ts'
import { launchWebkit, noWebkit } from './webkit.ts'

const BROWSERS = [
  { name: 'Firefox', launch: launchFirefox, missing: noFirefox },
  { name: 'WebKit', launch: launchWebkit, missing: noWebkit },
]

for (const { name, launch, missing } of BROWSERS) {
  if (missing !== undefined) process.stderr.write(`${name} test skipped: ${missing}\n`)
  test.skipIf(missing !== undefined)(
    `${name}: ask, watch it grow, follow the end, reload and resume, Stop, ask again`,
    async () => {
      const simulator = await startSimulator({ defaults: { ttft: 0, tps: 300 } })
      try {
        await using product = await startProduct({
          ANTHROPIC_API_KEY: 'test-key',
          ANTHROPIC_BASE_URL: simulator.url,
        })
        await using browser = await launch()
        await browser.open(product.url)
        await walkMainPath(browser.tab, simulator)
        expect(await browser.complaints()).toEqual([])
      } finally {
        await simulator.close()
      }
    },
  )
}
