import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { startFaultProxy } from '../fault-proxy/fault-proxy.ts'
import { pageTest } from './page-test.ts'
import { STATES } from './states.ts'

/** Contrast depends on the scheme and layout on the width, so not every pair is needed. */
const VIEWS = [
  { colorScheme: 'light', width: 390 },
  { colorScheme: 'dark', width: 1400 },
] as const

/** The violations that axe finds, one line each. Its source must have been evaluated in the page. */
async function violations(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const { axe: inPage } = window as unknown as {
      axe: {
        run(
          context: object,
        ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>
      }
    }
    // These pass the focus on as soon as they get it: https://github.com/dequelabs/axe-core/issues/4832
    const found = await inPage.run({ exclude: ['[data-base-ui-focus-guard]'] })
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    )
  })
}

for (const [name, reach] of Object.entries(STATES)) {
  pageTest(
    `axe finds nothing in the state “${name}”, light and dark, narrow and wide`,
    async ({ page, product }) => {
      let down = false
      await using proxy = await startFaultProxy(product.url, () =>
        down ? { kind: 'answer', status: 502 } : { kind: 'pass' },
      )
      await page.goto(proxy.url)
      await reach(page, () => {
        down = true
        proxy.cut()
      })
      // Not a script of the page, whose policy blocks those.
      await page.evaluate(axe.source)
      for (const { colorScheme, width } of VIEWS) {
        await page.emulateMedia({ colorScheme })
        await page.setViewportSize({ width, height: 800 })
        expect(await violations(page), `${colorScheme}, ${width} px`).toEqual([])
      }
    },
    { env: { GRACE_MS: '60000' }, complaints: [/Failed to load resource/] },
  )
}

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
