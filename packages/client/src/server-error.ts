import type { TRPCClientError } from '@trpc/client'
import type { AnyTRPCRouter } from '@trpc/server'
import type { CallError } from './runs-api.ts'

/**
 * The server understood the call and said no. Everything else happened on the way, and may be tried again; so
 * may what a server says while it drains, for by then the next one answers.
 */
export function isRefusal(error: unknown): error is CallError {
  if (!isClientError(error)) return false
  const data: unknown = error.data
  return data ? codeOf(data) !== 'SERVICE_UNAVAILABLE' : isClientFault(error.meta)
}

/** The server itself said so, and not a proxy on the way. */
export function isFromServer(error: unknown): boolean {
  return isClientError(error) && codeOf(error.data) !== undefined
}

/** A start of an epoch that is over: see `docs/protocol.md`. */
export function isForgotten(error: unknown): boolean {
  return isClientError(error) && codeOf(error.data) === 'PRECONDITION_FAILED'
}

/** By name: what asks is also loaded where tRPC's client is not, and there may be two copies of its class. */
function isClientError(error: unknown): error is TRPCClientError<AnyTRPCRouter> {
  return error instanceof Error && error.name === 'TRPCClientError'
}

function codeOf(data: unknown): unknown {
  return typeof data === 'object' && data !== null && 'code' in data ? data.code : undefined
}

/** A body too large for some proxy, say: a 4xx from whoever is in front of our server will be one next time. */
function isClientFault(meta: Record<string, unknown> | undefined): boolean {
  const response = meta?.['response']
  return response instanceof Response && response.status >= 400 && response.status < 500
}
