import { type Browser, chromium } from 'playwright-core'
import { chromiumOptions, chromiumPath } from './chromium-options.ts'

/**
 * Why browser tests are skipped here; undefined where there is a browser. In CI they fail instead. `--force`, because
 * Turborepo has cached the run without a browser.
 */
export const noBrowser: string | undefined =
  chromiumPath === undefined && !process.env['CI']
    ? 'no Chromium found. Install it (Debian: sudo apt-get install chromium) or set CHROMIUM_PATH, then run `pnpm test --force`.'
    : undefined

export async function launchChromium(): Promise<Browser> {
  return chromium.launch(chromiumOptions())
}
