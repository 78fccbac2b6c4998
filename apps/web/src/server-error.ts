import { TRPCClientError } from '@trpc/client'
import type { CallError } from './run/run-source.ts'

/** The server understood the call and said no. Everything else happened on the way, and may be tried again. */
export function isRefusal(error: unknown): error is CallError {
  return error instanceof TRPCClientError && (Boolean(error.data) || isClientFault(error.meta))
}

/** A body too large for some proxy, say: a 4xx from whoever is in front of our server will be one next time. */
function isClientFault(meta: Record<string, unknown> | undefined): boolean {
  const response = meta?.['response']
  return response instanceof Response && response.status >= 400 && response.status < 500
}
