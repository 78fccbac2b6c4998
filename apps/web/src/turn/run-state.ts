import { isOver, type RunSnapshot } from '@sluice/client'

/** What an answer that has no end yet is doing. */
export type RunState = 'connecting' | 'waiting' | 'thinking' | 'writing' | 'reconnecting'

/** Undefined once nothing more will come. */
export function stateOf(run: RunSnapshot): RunState | undefined {
  if (isOver(run)) return undefined
  if (run.connection === 'reconnecting') return 'reconnecting'
  switch (run.view.status) {
    case 'pending':
      return run.connection === 'open' ? 'waiting' : 'connecting'
    case 'thinking':
      return 'thinking'
    case 'streaming':
      return 'writing'
    // Both are over, which was asked above.
    case 'done':
    case 'failed':
      return undefined
    default:
      return run.view.status satisfies never
  }
}

export const STATE_LABELS: Readonly<Record<RunState, string>> = {
  connecting: 'Connecting',
  waiting: 'Waiting for Claude',
  thinking: 'Thinking',
  writing: 'Writing',
  reconnecting: 'Reconnecting',
}
