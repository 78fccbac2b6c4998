import { useSyncExternalStore } from 'react'
import type { RunSnapshot, RunStore } from './run-store.ts'
import { useFollowing } from './use-following.ts'

/**
 * Returns a run's snapshot, and follows the run while mounted and `live`. Set `live` when the server has confirmed the
 * start. What React has committed is acknowledged.
 */
export function useRun(run: RunStore, live: boolean): RunSnapshot {
  const snapshot = useSyncExternalStore(run.subscribe, run.getSnapshot)
  useFollowing(run, live, snapshot.view.position)
  return snapshot
}
