import { useEffect, useLayoutEffect, useSyncExternalStore } from 'react'
import type { RunSnapshot, RunStore } from './run-store.ts'

/**
 * Shows a run, and follows it while mounted and `live`: once the server has confirmed its start. What React has
 * committed is reported back to the store, which is what the server counts as read: a page that cannot keep up, or
 * froze, slows its own stream.
 */
export function useRun(run: RunStore, live: boolean): RunSnapshot {
  const snapshot = useSyncExternalStore(run.subscribe, run.getSnapshot)
  const { position } = snapshot.view

  useEffect(() => {
    if (!live) return undefined
    run.connect()
    return run.close
  }, [run, live])

  useLayoutEffect(() => run.rendered(position), [run, position])

  return snapshot
}
