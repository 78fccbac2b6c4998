import * as z from 'zod/mini'
import { isOver, type RunStore } from '@sluice/client'

/** When things happened to a run, in ms since the epoch. What nobody saw is missing. */
export const RunTimesSchema = z.object({
  askedAt: z.optional(z.number()),
  /** The first thinking, or text that can be seen. */
  firstAt: z.optional(z.number()),
  firstTextAt: z.optional(z.number()),
  endedAt: z.optional(z.number()),
})
export type RunTimes = Readonly<z.infer<typeof RunTimesSchema>>

/**
 * Watches a run for as long as it lives, and says when what was shown. What a page finds already there when it
 * begins to watch has no time: it came while nobody looked.
 */
export function watchTimes(run: RunStore, seen: RunTimes, now: () => number = Date.now): () => RunTimes {
  const { view } = run.getSnapshot()
  let times = seen
  let hasText = isVisible(view.text)
  let hasFirst = hasText || view.thinking !== ''
  let hasEnded = isOver(run.getSnapshot())

  run.subscribe(() => {
    const snapshot = run.getSnapshot()
    if (!hasFirst && (isVisible(snapshot.view.text) || snapshot.view.thinking !== '')) {
      hasFirst = true
      times = { ...times, firstAt: now() }
    }
    if (!hasText && isVisible(snapshot.view.text)) {
      hasText = true
      times = { ...times, firstTextAt: now() }
    }
    if (!hasEnded && isOver(snapshot)) {
      hasEnded = true
      times = { ...times, endedAt: now() }
    }
  })
  return () => times
}

/** An answer may begin with a text block of nothing but line breaks, and Claude think after it. */
function isVisible(text: string): boolean {
  return /\S/.test(text)
}
