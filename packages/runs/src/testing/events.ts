import type { DoneEvent, ErrorEvent, RunEvent } from '@sluice/events'

export const START: RunEvent = { type: 'start', model: 'a-model', runId: 'a-run' }

export const DONE: DoneEvent = {
  type: 'done',
  stopReason: 'end_turn',
  usage: { inputTokens: 1, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: false },
  costUsd: 0.01,
}

export const OVERLOADED: ErrorEvent = {
  type: 'error',
  code: 'overloaded',
  message: 'Claude is busy.',
  retryable: true,
}

export function text(value: string): RunEvent {
  return { type: 'text', text: value }
}

export function thinking(value: string): RunEvent {
  return { type: 'thinking', text: value }
}
