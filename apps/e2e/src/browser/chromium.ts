import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const CANDIDATES = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:/Program Files/Google/Chrome/Application/chrome.exe',
]

const executablePath = CANDIDATES.find((path) => path !== undefined && path !== '' && existsSync(path))

/**
 * Why browser tests are skipped here; undefined where there is a browser. In CI they fail instead. `--force`, because
 * Turborepo has cached the run without a browser.
 */
export const noBrowser: string | undefined =
  executablePath === undefined && !process.env['CI']
    ? 'no Chromium found. Install it (Debian: sudo apt-get install chromium) or set CHROMIUM_PATH, then run `pnpm test --force`.'
    : undefined

export function launchChromium(): Promise<Browser> {
  if (executablePath === undefined)
    throw new Error('no Chromium found: apt-get install chromium, or set CHROMIUM_PATH')
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      // Containers run as root, where Chromium's sandbox cannot start; only our own page is opened.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
