import type { Page } from 'playwright-core'

/** A picture of the page, and how many ms it is shown. */
export interface FilmFrame {
  png: Buffer
  ms: number
}

/** Takes pictures of the page, one every `every` ms or as fast as they come, until `scene` ends. */
export async function recordFrames(
  page: Page,
  { every, scene }: { every: number; scene: Promise<void> },
): Promise<FilmFrame[]> {
  const frames: FilmFrame[] = []
  const end = new AbortController()
  const played = scene.finally(() => end.abort())
  while (!end.signal.aborted) {
    const begun = performance.now()
    // Playwright hides the caret by a style sheet that it adds and removes; the page would flicker.
    const png = await page.screenshot({ caret: 'initial' })
    await page.waitForTimeout(Math.max(0, every - (performance.now() - begun)))
    frames.push({ png, ms: performance.now() - begun })
  }
  await played
  return frames
}
