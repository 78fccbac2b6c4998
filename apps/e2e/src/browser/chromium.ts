import { type Browser, chromium } from 'playwright-core'
import { chromiumOptions, chromiumPath } from './chromium-options.ts'

/**
 * Why browser tests are skipped on this machine; undefined if Chromium is installed. In CI they fail instead. The message
 * says `--force`, because Turborepo has cached the run without a browser.
 */
export const noBrowser: string | undefined =
  chromiumPath === undefined && !process.env['CI']
    ? 'no Chromium, Chrome or Edge found. Install one (Debian: sudo apt-get install chromium) or set CHROMIUM_PATH, then run `pnpm test --force`.'
    : undefined

export async function launchChromium(): Promise<Browser> {
  return chromium.launch(chromiumOptions())
}
