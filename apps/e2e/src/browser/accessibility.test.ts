import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { startFaultProxy } from '../fault-proxy/fault-proxy.ts'
import { pageTest } from './page-test.ts'
import { STATES } from './states.ts'
import { violations } from './violations.ts'

/** Contrast depends on the scheme and layout on the width, so not every pair is needed. */
const VIEWS = [
  { colorScheme: 'light', width: 390 },
  { colorScheme: 'dark', width: 1400 },
] as const

/** Reaches a state, and expects no violation in any of the views. */
async function expectAccessible(page: Page, name: string, cut: () => void): Promise<void> {
  await STATES[name]?.(page, cut)
  for (const { colorScheme, width } of VIEWS) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 800 })
    expect(await violations(page), `${colorScheme}, ${width} px`).toEqual([])
  }
}

const nothingIn = (name: string) =>
  `axe finds nothing in the state “${name}”, light and dark, narrow and wide`
const options = { env: { GRACE_MS: '60000' }, complaints: [/Failed to load resource/] }
const { reconnecting: _, ...connected } = STATES

for (const name of Object.keys(connected))
  pageTest(nothingIn(name), ({ page }) => expectAccessible(page, name, () => {}), options)

pageTest(
  nothingIn('reconnecting'),
  async ({ page, product }) => {
    let down = false
    await using proxy = await startFaultProxy(product.url, () =>
      down ? { kind: 'answer', status: 502 } : { kind: 'pass' },
    )
    await page.goto(proxy.url)
    await expectAccessible(page, 'reconnecting', () => {
      down = true
      proxy.cut()
    })
  },
  options,
)

pageTest('everything can be reached with the keyboard, and focus is never lost', async ({ page }) => {
  await STATES['complete']?.(page, () => {})
  await page.getByTestId('composer').focus()
  const seen = new Set<string>()
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab')
    seen.add(
      await page.evaluate(
        () =>
          document.activeElement?.getAttribute('data-testid') ??
          document.activeElement?.getAttribute('aria-label') ??
          '',
      ),
    )
  }
  for (const reachable of [
    'attach',
    'model',
    'effort',
    'edit-prompt',
    'copy-answer',
    'regenerate',
    'new-chat',
    'conversation-menu',
  ])
    expect([...seen], reachable).toContain(reachable)
})

pageTest('with reduced motion nothing is animated', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await STATES['streaming']?.(page, () => {})
  const moving = await page.evaluate(() =>
    document
      .getAnimations()
      .filter(
        (animation) =>
          animation.playState === 'running' && Number(animation.effect?.getComputedTiming().duration) > 0,
      )
      .map((animation) => (animation as CSSAnimation).animationName),
  )
  expect(moving).toEqual([])
})
