import type { DoneEvent, ErrorEvent } from '@sluice/events'

/** The user stopped the run. The usage is replaced when the source reports it. */
export const STOPPED: DoneEvent = {
  type: 'done',
  stopReason: 'stopped',
  usage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: true },
  costUsd: null,
}

export const ABANDONED = failure('abandoned', 'The answer was ended because no page was reading it.')

export const INTERRUPTED = failure('interrupted', 'The server was restarted in the middle of the answer.')

/** The run id was claimed, and Claude was not asked. */
export const UNSTARTED = failure(
  'interrupted',
  'The answer was not started, because the connection to the database was lost.',
)

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
