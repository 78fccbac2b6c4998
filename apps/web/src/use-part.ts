import { useEffect, useSyncExternalStore } from 'react'
import type { Part, PartState } from './part.ts'

/** A part of the page's code, loaded now at the latest. */
export function usePart<Module>(part: Part<Module>): PartState<Module> {
  useEffect(() => {
    // What is on the page without it says so, if it has to be said.
    part.load().catch(() => {})
  }, [part])

  return useSyncExternalStore(part.subscribe, part.getSnapshot)
}
