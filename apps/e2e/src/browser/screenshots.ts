/**
 * `pnpm screenshots` takes the pictures of the documentation, into `docs/images`. `pnpm screenshots all`, or the names
 * of some states, photographs the page in its states, light and dark, narrow and wide, into `artifacts/page`.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { startSimulator } from '@sluice/claude-sim'
import { launchChromium } from './chromium.ts'
import { filmReload } from './film-reload.ts'
import { ONE_ADDRESS } from '../product/one-address.ts'
import { startProduct } from '../product/start-product.ts'
import { photographAnswer } from './screenshot-answer.ts'
import { photographLab } from './screenshot-lab.ts'
import { photographState } from './screenshot-state.ts'
import { STATES } from './states.ts'

const ROOT = resolve(import.meta.dirname, '../../../..')
const SCHEMES = ['light', 'dark'] as const
const PHONE = { width: 390, height: 844 }
const SIZES = { phone: PHONE, desktop: { width: 1280, height: 800 } }

const names = process.argv.slice(2)
const states = names.includes('all') ? Object.keys(STATES) : names
const unknown = states.filter((name) => !(name in STATES))
if (unknown.length > 0)
  throw new Error(`unknown states: ${unknown.join(', ')}; expected ${Object.keys(STATES).join(', ')}`)
const folder = resolve(ROOT, states.length === 0 ? 'docs/images' : 'artifacts/page')
if (states.length > 0) await rm(folder, { recursive: true, force: true })
await mkdir(folder, { recursive: true })

process.env['FONTCONFIG_FILE'] = resolve(import.meta.dirname, 'fonts.conf')
const browser = await launchChromium()
const simulator = await startSimulator({ defaults: { tps: 300, ttft: 0 } })
try {
  await using product = await startProduct({
    ANTHROPIC_API_KEY: 'test-key',
    ANTHROPIC_BASE_URL: simulator.url,
    STARTS_PER_MINUTE: '1000',
    ...ONE_ADDRESS,
    GRACE_MS: '1000',
  })
  const { url } = product
  for (const state of states) {
    for (const colorScheme of SCHEMES) {
      for (const [size, viewport] of Object.entries(SIZES)) {
        const path = `${folder}/${state}-${colorScheme}-${size}.png`
        await photographState(browser, { url, state, colorScheme, viewport, path })
      }
    }
  }
  if (states.length === 0) {
    await writeFile(`${folder}/reload.gif`, await filmReload(browser, url))
    await photographAnswer(browser, url, `${folder}/answer.png`)
    await photographLab(browser, `${folder}/lab.png`)
    for (const [state, colorScheme, viewport] of [
      ['reconnecting', 'dark', PHONE],
      ['noting', 'light', { width: 480, height: 520 }],
    ] as const) {
      await photographState(browser, { url, state, colorScheme, viewport, path: `${folder}/${state}.png` })
    }
  }
} finally {
  await browser.close()
  await simulator.close()
}
