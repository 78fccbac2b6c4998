import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** The violations that axe finds, one line each. */
export async function violations(page: Page): Promise<string[]> {
  // Not a script of the page, whose policy blocks those.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source)
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
