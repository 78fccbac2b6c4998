import type { TRPCClientError } from '@trpc/client'
import type { AnyTRPCRouter } from '@trpc/server'
import type { CallError } from './runs-api.ts'

/**
 * Whether the server refused the call. Other errors happened on the way, and the call may be repeated. It may also be
 * repeated after a 503, which a server sends while it shuts down.
 */
export function isRefusal(error: unknown): error is CallError {
  if (!isClientError(error)) return false
  const data: unknown = error.data
  return data ? codeOf(data) !== 'SERVICE_UNAVAILABLE' : isClientFault(error.meta)
}

/** Whether the error was sent by the server, and not by a proxy in front of it. */
export function isFromServer(error: unknown): boolean {
  return isClientError(error) && codeOf(error.data) !== undefined
}

/** Checked by name: tRPC's client may not be loaded, or there may be two copies of its class. */
function isClientError(error: unknown): error is TRPCClientError<AnyTRPCRouter> {
  return error instanceof Error && error.name === 'TRPCClientError'
}

function codeOf(data: unknown): unknown {
  return typeof data === 'object' && data !== null && 'code' in data ? data.code : undefined
}

/** A 4xx of a proxy, as for a body that is too large, will be the same next time. */
function isClientFault(meta: Record<string, unknown> | undefined): boolean {
  const response = meta?.['response']
  return response instanceof Response && response.status >= 400 && response.status < 500
}
