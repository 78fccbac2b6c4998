import { copyFile, mkdir, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { startSimulator } from '@sluice/claude-sim'
import { launchChromium } from './chromium.ts'
import { startFaultProxy } from '../fault-proxy/fault-proxy.ts'
import { ONE_ADDRESS } from '../product/one-address.ts'
import { startProduct } from '../product/start-product.ts'
import { photographLab } from './screenshot-lab.ts'
import { STATES } from './states.ts'

const ROOT = resolve(import.meta.dirname, '../../../..')
const FOLDER = resolve(ROOT, 'artifacts/page')
const PICTURES = resolve(ROOT, 'docs/images')

const SCHEMES = ['light', 'dark'] as const
const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } }

/** The few that the README shows. */
const README = ['welcome-light-desktop', 'complete-light-desktop', 'reconnecting-dark-phone']

const args = process.argv.slice(2)
const only = args.filter((arg) => !arg.startsWith('--'))
const wanted = Object.entries(STATES).filter(([name]) => only.length === 0 || only.includes(name))

await rm(FOLDER, { recursive: true, force: true })
await mkdir(FOLDER, { recursive: true })
const browser = await launchChromium()
const simulator = await startSimulator({ defaults: { tps: 300, ttft: 0 } })
try {
  await using product = await startProduct({
    ANTHROPIC_API_KEY: 'key-of-nobody',
    ANTHROPIC_BASE_URL: simulator.url,
    STARTS_PER_MINUTE: '1000',
    ...ONE_ADDRESS,
    GRACE_MS: '1000',
  })
  for (const [name, reach] of wanted) {
    for (const colorScheme of SCHEMES) {
      for (const [size, viewport] of Object.entries(SIZES)) {
        let down = false
        await using proxy = await startFaultProxy(product.url, () =>
          down ? { kind: 'answer', status: 502 } : { kind: 'pass' },
        )
        const context = await browser.newContext({ colorScheme, viewport, deviceScaleFactor: 1 })
        const page = await context.newPage()
        await page.goto(proxy.url)
        await reach(page, () => {
          down = true
          proxy.cut()
        })
        await page.screenshot({ path: `${FOLDER}/${name}-${colorScheme}-${size}.png` })
        await context.close()
      }
    }
    process.stdout.write(`${name}\n`)
  }
  if (args.includes('--readme')) {
    await mkdir(PICTURES, { recursive: true })
    for (const name of README) await copyFile(`${FOLDER}/${name}.png`, `${PICTURES}/${name}.png`)
    await photographLab(browser, `${PICTURES}/lab.png`)
  }
} finally {
  await browser.close()
  await simulator.close()
}
