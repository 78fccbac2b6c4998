import type { TypedRun } from '@sluice/events'
import { useMemo, useSyncExternalStore } from 'react'
import type { RunStore } from './run-store.ts'
import { createTypedRunStore, type TypedRunSnapshot } from './typed-run-store.ts'
import { useFollowing } from './use-following.ts'

/**
 * As `useRun`, for a run with structured output. `start` is the mutation that starts it: the run is followed once that has
 * succeeded, and its result has the type of the output.
 */
export function useTypedRun<T>(
  run: RunStore,
  start: { readonly data: TypedRun<T> | undefined },
): TypedRunSnapshot<T> {
  const typed = useMemo(() => createTypedRunStore<T>(run), [run])
  const snapshot = useSyncExternalStore(typed.subscribe, typed.getSnapshot)
  useFollowing(run, start.data?.runId === run.runId, snapshot.view.position)
  return snapshot
}
