import type { PageClock } from './page-clock.ts'

/** How long to wait for a frame, in ms. A visible page may get none: behind another window, or to save power. */
const FRAME_TIMEOUT_MS = 250

/**
 * Calls back once, after the frame that shows the changes of this task, with the time they took on the main thread in
 * ms: the rest of this task, React's microtask after it, and the frame's style, layout and paint. If no frame comes
 * within 250 ms, it calls back without one. The returned function cancels.
 */
export function afterPaint(clock: PageClock, painted: (costMs: number) => void): () => void {
  const started = clock.now()
  let script = 0
  let cancelled = false
  let cancelTimer: (() => void) | undefined

  const cancelFrame = clock.frame(() => {
    cancelTimer?.()
    const frame = clock.now()
    // The next task runs after the paint. On a page that was hidden meanwhile it may run much later.
    cancelTimer = clock.after(0, () => painted(clock.hidden() ? script : script + clock.now() - frame))
  })

  // React renders in a microtask that this task queues later; the inner one comes after it.
  queueMicrotask(() =>
    queueMicrotask(() => {
      if (cancelled) return
      script = clock.now() - started
      cancelTimer = clock.after(FRAME_TIMEOUT_MS, () => {
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
