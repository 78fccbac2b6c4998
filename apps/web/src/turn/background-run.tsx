import type { RunStore } from '../run/run-store.ts'
import { useRun } from '../run/use-run.ts'

/** Reads on in a conversation that is not shown, so that switching away is no reason to end its answer. */
export function BackgroundRun({ run }: { run: RunStore }) {
  useRun(run, true)
  return null
}
