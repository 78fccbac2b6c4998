import type { Browser, ViewportSize } from 'playwright-core'
import { startFaultProxy } from '../fault-proxy/fault-proxy.ts'
import { STATES } from './states.ts'

/** The page in one of its states. `url` is where it is served. */
export async function photographState(
  browser: Browser,
  options: {
    url: string
    state: string
    colorScheme: 'light' | 'dark'
    viewport: ViewportSize
    path: string
  },
): Promise<void> {
  const { url, state, colorScheme, viewport, path } = options
  const reach = STATES[state]
  if (!reach)
    throw new Error(`${state} is not a state of the page; expected one of ${Object.keys(STATES).join(', ')}`)
  let down = false
  await using proxy = await startFaultProxy(url, () =>
    down ? { kind: 'answer', status: 502 } : { kind: 'pass' },
  )
  const context = await browser.newContext({ colorScheme, viewport, deviceScaleFactor: 1 })
  const page = await context.newPage()
  await page.goto(proxy.url)
  await reach(page, () => {
    down = true
    proxy.cut()
  })
  await page.screenshot({ path })
  await context.close()
}
