import { useEffect, useLayoutEffect } from 'react'
import type { RunStore } from './run-store.ts'

/**
 * Follows a run while mounted and `live`. The position that React has committed is reported to the store, which
 * acknowledges it, so a page that cannot keep up or is frozen slows down its own stream.
 */
export function useFollowing(run: RunStore, live: boolean, position: number): void {
  useEffect(() => {
    if (!live) return undefined
    run.connect()
    return run.close
  }, [run, live])

  useLayoutEffect(() => run.rendered(position), [run, position])
}
