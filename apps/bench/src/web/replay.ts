import type { Bench } from './bench.ts'
import { installProbe, probe } from './probe.ts'

export interface Replay {
  readonly longestTaskMs: number
  readonly longTasks: number
  readonly seconds: number
}

/** A page that died without a word comes back: the server replays the whole answer, as fast as acks allow. */
export async function replay(
  bench: Bench,
  { tokens, slow }: { tokens: number; slow: number },
): Promise<Replay> {
  const { page } = await bench.open(bench.url, 1)
  const storage = () =>
    page.evaluate(
      () => [Object.entries(localStorage), Object.entries(sessionStorage)] as [string, string][][],
    )
  await page.getByTestId('composer').fill(`Replay [[sim tokens=${tokens} tps=0]]`)
  await page.getByTestId('composer').press('Enter')
  const [local, session] = await storage()
  await page.waitForFunction(
    () => document.querySelector<HTMLElement>('[data-testid=answer]')?.dataset['status'] === 'done',
    undefined,
    { timeout: 300_000 },
  )
  const again = await page.context().newPage()
  await installProbe(again)
  // What was stored when it died, from which it learns of the run and nothing of its text.
  await again.addInitScript(
    ([inLocal, inSession]) => {
      for (const [key, value] of inLocal ?? []) localStorage.setItem(key, value)
      for (const [key, value] of inSession ?? []) sessionStorage.setItem(key, value)
    },
    [local, session],
  )
  const url = page.url()
  await page.close()
  const its = await probe(again)
  await its.throttle(slow)
  const started = performance.now()
  await again.goto(url)
  await again.waitForFunction(
    () => document.querySelector<HTMLElement>('[data-testid=answer]')?.dataset['status'] === 'done',
    undefined,
    { timeout: 300_000 },
  )
  const seconds = (performance.now() - started) / 1000
  await again.waitForTimeout(1500)
  const long = await its.longTasks()
  await again.context().close()
  return { longestTaskMs: Math.max(0, ...long), longTasks: long.length, seconds }
}
