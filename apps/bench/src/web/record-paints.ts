import type { Page } from 'playwright-core'
import { STAMP } from './stamped-upstream.ts'

/** A stamp that was painted: when it was written and when it was on the page, both by this process's clock, in ms. */
interface Painted {
  readonly writtenAt: number
  readonly paintedAt: number
}

export interface PaintRecorder {
  /** Everything painted so far. */
  painted(): Promise<readonly Painted[]>
  /** Half the shortest round trip to the page: how far its clock may be off, in ms. */
  readonly clockErrorMs: number
}

/** A note of the page: a stamp's ticks, and `performance.now()` after the paint. */
type Note = readonly [ticks: number, at: number]

/** How much of the answer's end is searched for stamps: more than a second of it. */
const TAIL_CHARS = 8000

/**
 * Call it before the page is opened. After a change of the page, the next frame reads the stamps in the answer. They are
 * painted when a task that this frame queues runs, which is after style, layout and paint. Raster, compositing and the
 * display are not counted.
 */
export async function installPaintRecorder(page: Page): Promise<void> {
  await page.addInitScript(
    ({ pattern, tail }) => {
      const notes: Note[] = []
      Object.assign(window, { paintNotes: notes })
      const { port1, port2 } = new MessageChannel()
      let newest = 0
      let asked = false
      port1.addEventListener('message', ({ data }: MessageEvent<number[]>) => {
        const at = performance.now()
        for (const ticks of data) notes.push([ticks, at])
      })
      port1.start()
      new MutationObserver(() => {
        if (asked) return
        asked = true
        requestAnimationFrame(() => {
          asked = false
          const text = document.querySelector('[data-testid=answer]')?.textContent ?? ''
          const inFrame = [...text.slice(-tail).matchAll(new RegExp(pattern, 'g'))]
            .map(([, digits = '']) => Number.parseInt(digits, 36))
            .filter((ticks) => ticks > newest)
          newest = inFrame.at(-1) ?? newest
          if (inFrame.length > 0) port2.postMessage(inFrame)
        })
      }).observe(document, { subtree: true, childList: true, characterData: true })
    },
    { pattern: STAMP.pattern, tail: TAIL_CHARS },
  )
}

/** Call it when the page is open. */
export async function paintRecorder(page: Page): Promise<PaintRecorder> {
  const { offset, error } = await clockOffset(page)
  return {
    clockErrorMs: error,
    async painted() {
      const notes = await page.evaluate(() => (window as unknown as { paintNotes: Note[] }).paintNotes)
      return notes.map(([ticks, at]) => ({ writtenAt: ticks / STAMP.ticksPerMs, paintedAt: at + offset }))
    },
  }
}

/** From the page's monotonic clock to ours, by the shortest of many round trips. */
async function clockOffset(page: Page): Promise<{ offset: number; error: number }> {
  let best = { offset: 0, error: Number.POSITIVE_INFINITY }
  for (let trip = 0; trip < 50; trip++) {
    const sent = performance.now()
    const there = await page.evaluate(() => performance.now())
    const back = performance.now()
    const error = (back - sent) / 2
    if (error < best.error) best = { offset: sent + error - there, error }
  }
  return best
}
