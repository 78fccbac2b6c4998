import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { violations } from './violations.ts'

/** Contrast depends on the scheme and layout on the width, so not every pair is needed. */
const VIEWS = [
  { colorScheme: 'light', width: 390 },
  { colorScheme: 'dark', width: 1400 },
] as const

/** Of the page tests that use {@link expectAccessible}. */
export const ACCESSIBLE = { env: { GRACE_MS: '60000' }, complaints: [/Failed to load resource/] }

export const nothingIn = (state: string) =>
  `axe finds nothing in the state “${state}”, light and dark, narrow and wide`

/** Reaches a state, and expects no violation in any of the views. */
export async function expectAccessible(
  page: Page,
  reach: (page: Page, cut: () => void) => Promise<unknown>,
): Promise<void> {
  await reach(page, () => {})
  for (const { colorScheme, width } of VIEWS) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 800 })
    expect(await violations(page), `${colorScheme}, ${width} px`).toEqual([])
  }
}
