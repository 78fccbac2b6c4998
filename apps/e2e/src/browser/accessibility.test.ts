import { expect } from 'vitest'
import { startFaultProxy } from '../fault-proxy/fault-proxy.ts'
import { ACCESSIBLE, expectAccessible, nothingIn } from './expect-accessible.ts'
import { pageTest } from './page-test.ts'
import { ANSWER_STATES } from './states.ts'

const { reconnecting: _, ...connected } = ANSWER_STATES

for (const [name, reach] of Object.entries(connected))
  pageTest(nothingIn(name), ({ page }) => expectAccessible(page, reach), ACCESSIBLE)

pageTest(
  nothingIn('reconnecting'),
  async ({ page, product }) => {
    let down = false
    await using proxy = await startFaultProxy(product.url, () =>
      down ? { kind: 'answer', status: 502 } : { kind: 'pass' },
    )
    await page.goto(proxy.url)
    await expectAccessible(page, () =>
      ANSWER_STATES['reconnecting']!(page, () => {
        down = true
        proxy.cut()
      }),
    )
  },
  ACCESSIBLE,
)

pageTest('everything can be reached with the keyboard, and focus is never lost', async ({ page }) => {
  await ANSWER_STATES['complete']?.(page, () => {})
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
  await ANSWER_STATES['streaming']?.(page, () => {})
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
