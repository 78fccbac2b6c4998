import Anthropic from '@anthropic-ai/sdk'
import type { ErrorCode, ErrorEvent } from '@sluice/events'

/** How a call to Claude can fail. The other error codes are for runs that are ended from outside. */
export type ClaudeErrorCode = Exclude<ErrorCode, 'abandoned' | 'interrupted'>

/** A failed call for which the SDK throws no error of its own: a limit of ours, or a broken stream. */
export class ClaudeError extends Error {
  override readonly name = 'ClaudeError'
  readonly code: ClaudeErrorCode
  /** For the person at the page, instead of the usual words for the code. */
  readonly shown: string | undefined

  constructor(code: ClaudeErrorCode, message: string, options?: ErrorOptions & { shown?: string }) {
    super(message, options)
    this.code = code
    this.shown = options?.shown
  }
}

/** The code for anything that a call to Claude throws. */
export function errorCodeOf(error: unknown): ClaudeErrorCode {
  if (error instanceof ClaudeError) return error.code
  if (error instanceof Anthropic.APIConnectionTimeoutError) return 'upstream_timeout'
  if (error instanceof Anthropic.APIConnectionError) return 'upstream_interrupted'
  if (error instanceof Anthropic.APIError) {
    return errorCodeOfResponse(error.status, error.type)
  }
  // While reading the body: `ECONNRESET` for a dropped socket, `SyntaxError` for broken JSON.
  return 'upstream_interrupted'
}

/** By the API's error types: platform.claude.com/docs/en/api/errors. Undefined for an unknown type. */
export function errorCodeOfType(type: string): ClaudeErrorCode | undefined {
  switch (type) {
    case 'overloaded_error':
      return 'overloaded'
    case 'rate_limit_error':
      return 'rate_limited'
    case 'authentication_error':
    case 'permission_error':
    case 'billing_error':
      return 'auth'
    case 'invalid_request_error':
    case 'not_found_error':
    case 'request_too_large':
      return 'invalid_request'
    case 'timeout_error':
      return 'upstream_timeout'
    case 'api_error':
      return 'internal'
    default:
      return undefined
  }
}

/** A specific status outranks the error type in the body: a proxy may send `api_error` with any status. */
function errorCodeOfResponse(status: number | undefined, type: string | null): ClaudeErrorCode {
  if (status === undefined) return 'upstream_interrupted'
  if (status === 429) return 'rate_limited'
  if (status === 401 || status === 402 || status === 403) return 'auth'
  if (status === 503 || status === 529) return 'overloaded'
  if (status === 408 || status === 504 || status === 524) return 'upstream_timeout'
  const code = type === null || type === 'api_error' ? undefined : errorCodeOfType(type)
  // The API never sends 409. It comes from a gateway, and does not mean that the request is wrong.
  return code ?? (status < 500 && status !== 409 ? 'invalid_request' : 'internal')
}

/** The failure of what a run must store before it goes on. */
export function notStored(reason: string, cause: unknown): ClaudeError {
  return new ClaudeError('unavailable', reason, {
    cause,
    shown: 'The answer could not be stored. Try again in a moment.',
  })
}

/** The event for readers. Its message is ours: an upstream message may hold a whole response body. */
export function errorEvent(
  error: unknown,
  spent: Pick<ErrorEvent, 'usage' | 'costUsd' | 'model'>,
): ErrorEvent {
  const code = errorCodeOf(error)
  const { message, retryable } = MESSAGES[code]
  const shown = error instanceof ClaudeError ? error.shown : undefined
  return { type: 'error', code, message: shown ?? message, retryable, ...spent }
}

const MESSAGES: Record<ClaudeErrorCode, { message: string; retryable: boolean }> = {
  overloaded: { message: 'Claude is overloaded right now. Try again in a moment.', retryable: true },
  rate_limited: { message: 'Too many requests to Claude right now. Try again in a moment.', retryable: true },
  auth: { message: 'Claude refused the API key of this server.', retryable: false },
  invalid_request: { message: 'Claude did not accept the request.', retryable: false },
  upstream_timeout: { message: 'Claude took too long to answer.', retryable: true },
  upstream_interrupted: {
    message: 'The connection to Claude broke off in the middle of the answer.',
    retryable: true,
  },
  refused: { message: 'Claude declined to answer this.', retryable: false },
  unavailable: { message: 'The files could not be read. Try again in a moment.', retryable: true },
  invalid_output: { message: 'Claude’s answer does not have the form that was asked for.', retryable: true },
  internal: { message: 'Something went wrong on the way to Claude.', retryable: true },
}
