import { type Browser, chromium } from 'playwright-core'
import { chromiumOptions, chromiumPath } from './chromium-options.ts'

/**
 * Why browser tests are skipped here; undefined where there is a browser. Never in CI: there a missing browser
 * fails the test that wants it.
 */
export const noBrowser: string | undefined =
  chromiumPath === undefined && !process.env['CI']
    ? 'no Chromium found; install it (Debian: sudo apt-get install chromium) or set CHROMIUM_PATH'
    : undefined

export async function launchChromium(): Promise<Browser> {
  return chromium.launch(chromiumOptions())
}
