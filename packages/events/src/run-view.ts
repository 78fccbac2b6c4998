import { advance, extent } from './position.ts'
import type { ErrorCode, ReceivedEvent, Usage } from './run-event.ts'

/** What a page needs to show a run. */
export interface RunView {
  readonly status: 'pending' | 'thinking' | 'streaming' | 'done' | 'failed'
  /** Everything up to here is in this view. */
  readonly position: number
  /** Empty until `start`, then the model that was asked for, and in the end the one that answered. */
  readonly model: string
  readonly thinking: string
  readonly text: string
  /** Claude's stop reason, or `stopped`; set when `status` is `done`. */
  readonly stopReason: string | undefined
  readonly usage: Usage | undefined
  readonly costUsd: number | null | undefined
  /** Set when `status` is `failed`. */
  readonly error: { code: ErrorCode; message: string; retryable: boolean } | undefined
}

export const EMPTY_RUN_VIEW: RunView = {
  status: 'pending',
  position: 0,
  model: '',
  thinking: '',
  text: '',
  stopReason: undefined,
  usage: undefined,
  costUsd: undefined,
  error: undefined,
}

/** The run has said its last event. */
export function hasEnded({ status }: RunView): boolean {
  return status === 'done' || status === 'failed'
}

/** The view after one more event. Pure; empty text, and what follows the end of a run, changes nothing. */
export function reduceRun(view: RunView, event: ReceivedEvent): RunView {
  if (hasEnded(view) || extent(event) === 0) return view
  const position = advance(view.position, event)
  switch (event.type) {
    case 'start':
      return { ...view, position, model: event.model }
    case 'thinking':
      return { ...view, position, status: 'thinking', thinking: view.thinking + event.text }
    case 'text':
      return {
        ...view,
        position,
        // White space is nothing to see: Claude may still be thinking.
        status: /\S/.test(event.text) ? 'streaming' : view.status,
        text: view.text + event.text,
      }
    case 'done':
      return {
        ...view,
        position,
        status: 'done',
        model: event.model ?? view.model,
        stopReason: event.stopReason,
        usage: event.usage,
        costUsd: event.costUsd,
      }
    case 'error':
      return {
        ...view,
        position,
        status: 'failed',
        model: event.model ?? view.model,
        error: { code: event.code, message: event.message, retryable: event.retryable },
        usage: event.usage,
        costUsd: event.costUsd,
      }
    case 'unknown':
      return { ...view, position }
    default:
      return event satisfies never
  }
}
