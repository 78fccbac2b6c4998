import type { DoneEvent, ErrorEvent } from '@sluice/events'

/** The user stopped the run, and its source did not say what the answer had cost by then. */
export const STOPPED: DoneEvent = {
  type: 'done',
  stopReason: 'stopped',
  usage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: true },
  costUsd: null,
}

export const ABANDONED = failure('abandoned', 'Nobody was reading the answer any more, so it was ended.')

export const INTERRUPTED = failure('interrupted', 'The server was restarted in the middle of the answer.')

/** The source ended without a terminal event. */
export const BROKEN_OFF = failure('upstream_interrupted', 'The answer broke off before its end.')

/** The source threw. */
export const CRASHED = failure('internal', 'Something went wrong on our side.')

export function tookTooLong(limitMs: number): ErrorEvent {
  const seconds = Math.round(limitMs / 1000)
  return failure('upstream_timeout', `The answer took longer than the limit of ${seconds} seconds.`)
}

function failure(code: ErrorEvent['code'], message: string): ErrorEvent {
  return { type: 'error', code, message, retryable: true }
}
