import { existsSync } from 'node:fs'

const CANDIDATES = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:/Program Files/Google/Chrome/Application/chrome.exe',
]

/** The installed browser; undefined where there is none. */
export const chromiumPath = CANDIDATES.find((path) => path !== undefined && path !== '' && existsSync(path))

/** What Playwright launches it with. Without dependencies: the benchmark has its own Playwright. */
export function chromiumOptions(): { executablePath: string; args: string[] } {
  if (chromiumPath === undefined)
    throw new Error('no Chromium found: apt-get install chromium, or set CHROMIUM_PATH')
  return {
    executablePath: chromiumPath,
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
  }
}
