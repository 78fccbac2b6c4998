import { isOver, type RunSnapshot } from '@sluice/client'
import type { RunPart, ToolPart } from '@sluice/events'
import { webViews } from '../tools/web-views.ts'

/** What an answer that has no end yet is doing. `using`: tools are executed. */
export type RunState = 'connecting' | 'waiting' | 'thinking' | 'writing' | 'using' | 'reconnecting'

/** Undefined once nothing more will come. */
export function stateOf(run: RunSnapshot): RunState | undefined {
  if (isOver(run)) return undefined
  if (run.connection === 'reconnecting') return 'reconnecting'
  const { status, parts } = run.view
  if (parts.some(isRunning)) return 'using'
  if (status === 'pending') return run.connection === 'open' ? 'waiting' : 'connecting'
  const last = parts.at(-1)
  // Its calls are executed, and Claude has been sent the results.
  if (last?.type === 'tool' && last.state !== 'calling') return 'waiting'
  return status === 'thinking' ? 'thinking' : 'writing'
}

const LABELS = {
  connecting: 'Connecting',
  waiting: 'Waiting for Claude',
  thinking: 'Thinking',
  writing: 'Writing',
  reconnecting: 'Reconnecting',
} as const

export function labelOf(state: RunState, parts: readonly RunPart[]): string {
  if (state !== 'using') return LABELS[state]
  const names = [...new Set(parts.flatMap((part) => (isRunning(part) ? [part.name] : [])))]
  return webViews[names[0] ?? '']?.doing ?? `Using ${names.join(', ')}`
}

function isRunning(part: RunPart): part is ToolPart {
  return part.type === 'tool' && part.state === 'running'
}
