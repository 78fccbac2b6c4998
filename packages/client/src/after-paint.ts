import type { PageClock } from './page-clock.ts'

/** A visible page may get no frames at all: when another window covers it, or the browser saves power. */
const FRAME_PATIENCE_MS = 250

/**
 * Calls back once, after the frame that shows what this task changes, with what that took of the main thread in ms:
 * the rest of this task, React's microtask behind it, and the frame's style, layout and paint. When no frame comes
 * within 250 ms of them, it calls back without one. The returned function cancels.
 */
export function afterPaint(clock: PageClock, painted: (costMs: number) => void): () => void {
  const started = clock.now()
  let script = 0
  let cancelled = false
  let cancelTimer: (() => void) | undefined

  const cancelFrame = clock.frame(() => {
    cancelTimer?.()
    const frame = clock.now()
    // The next task runs after the paint; much later, if the page has been hidden meanwhile.
    cancelTimer = clock.after(0, () => painted(clock.hidden() ? script : script + clock.now() - frame))
  })

  // React renders in a microtask that the rest of this task queues; this one comes after it.
  queueMicrotask(() =>
    queueMicrotask(() => {
      if (cancelled) return
      script = clock.now() - started
      cancelTimer = clock.after(FRAME_PATIENCE_MS, () => {
        cancelFrame()
        painted(script)
      })
    }),
  )

  return () => {
    cancelled = true
    cancelFrame()
    cancelTimer?.()
  }
}
