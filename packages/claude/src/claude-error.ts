import Anthropic from '@anthropic-ai/sdk'
import type { ErrorCode, ErrorEvent } from '@sluice/events'

/** What a limit of ours, or the state of the wire, says went wrong, where the SDK throws nothing of its own. */
export class ClaudeError extends Error {
  override readonly name = 'ClaudeError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The one coded error for whatever was thrown on the way to Claude or back. */
export function errorCodeOf(error: unknown): ErrorCode {
  if (error instanceof ClaudeError) return error.code
  if (error instanceof Anthropic.APIConnectionTimeoutError) return 'upstream_timeout'
  if (error instanceof Anthropic.APIConnectionError) return 'upstream_interrupted'
  if (error instanceof Anthropic.APIError) {
    return errorCodeOfResponse(error.status, error.type)
  }
  // In the middle of a body: `ECONNRESET` for a dropped socket, `SyntaxError` for broken JSON.
  return 'upstream_interrupted'
}

/** By the API's own error types: platform.claude.com/docs/en/api/errors. Undefined for one that is new. */
export function errorCodeOfType(type: string): ErrorCode | undefined {
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

/** A status that says what is wrong outranks the body: a proxy may have written `api_error` into any of them. */
function errorCodeOfResponse(status: number | undefined, type: string | null): ErrorCode {
  if (status === undefined) return 'upstream_interrupted'
  if (status === 429) return 'rate_limited'
  if (status === 401 || status === 402 || status === 403) return 'auth'
  if (status === 503 || status === 529) return 'overloaded'
  if (status === 408 || status === 504 || status === 524) return 'upstream_timeout'
  const code = type === null || type === 'api_error' ? undefined : errorCodeOfType(type)
  // 409 is not one of the API's statuses: a gateway sent it, and it says nothing about the request.
  return code ?? (status < 500 && status !== 409 ? 'invalid_request' : 'internal')
}

/** The event a reader gets. Its words are ours: an upstream message may hold a whole response body. */
export function errorEvent(
  code: ErrorCode,
  spent: Pick<ErrorEvent, 'usage' | 'costUsd' | 'model'>,
): ErrorEvent {
  const { message, retryable } = WORDS[code]
  return { type: 'error', code, message, retryable, ...spent }
}

const WORDS: Record<ErrorCode, { message: string; retryable: boolean }> = {
  overloaded: { message: 'Claude is overloaded right now. Try again in a moment.', retryable: true },
  rate_limited: { message: 'Too many requests to Claude right now. Try again in a moment.', retryable: true },
  auth: { message: 'The server may not talk to Claude: its API key was refused.', retryable: false },
  invalid_request: { message: 'Claude did not accept the request.', retryable: false },
  upstream_timeout: { message: 'Claude took too long to answer.', retryable: true },
  upstream_interrupted: {
    message: 'The connection to Claude broke off in the middle of the answer.',
    retryable: true,
  },
  refused: { message: 'Claude declined to answer this.', retryable: false },
  abandoned: { message: 'Nobody was reading the answer any more.', retryable: true },
  interrupted: { message: 'The server was restarted in the middle of the answer.', retryable: true },
  internal: { message: 'Something went wrong on the way to Claude.', retryable: true },
}
