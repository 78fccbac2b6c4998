import type { Page } from 'playwright-core'
import type { Bench } from './bench.ts'
import { installProbe, probe } from './probe.ts'

export interface Reopening {
  readonly longestTaskMs: number
  readonly longTasks: number
  readonly seconds: number
}

/** Opens a conversation that the server has stored, in a new tab. */
export async function reopen(
  bench: Bench,
  { tokens, slow }: { tokens: number; slow: number },
): Promise<Reopening> {
  const { page } = await bench.open(bench.url, 1)
  await page.getByTestId('composer').fill(`Reopen [[sim tokens=${tokens} tps=0]]`)
  await page.getByTestId('composer').press('Enter')
  await answerIsDone(page)
  const url = page.url()
  const again = await page.context().newPage()
  await installProbe(again)
  await page.close()
  const its = await probe(again)
  await its.throttle(slow)
  const started = performance.now()
  await again.goto(url)
  await answerIsDone(again)
  const seconds = (performance.now() - started) / 1000
  await again.waitForTimeout(1500)
  const long = await its.longTasks()
  await again.context().close()
  return { longestTaskMs: Math.max(0, ...long), longTasks: long.length, seconds }
}

function answerIsDone(page: Page): Promise<unknown> {
  return page.waitForFunction(
    () => document.querySelector<HTMLElement>('[data-testid=answer]')?.dataset['status'] === 'done',
    undefined,
    { timeout: 300_000 },
  )
}
