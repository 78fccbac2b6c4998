import type { RunStore } from '@sluice/client'
import { useRun } from '@sluice/client/react'

/** Reads on in a conversation that is not shown, so that switching away is no reason to end its answer. */
export function BackgroundRun({ run }: { run: RunStore }) {
  useRun(run, true)
  return null
}
