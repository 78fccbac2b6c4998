import type { RunView } from '@sluice/events'

/** The run has said its last event. */
export function isEnded({ status }: RunView): boolean {
  return status === 'done' || status === 'failed'
}
