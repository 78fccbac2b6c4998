import { RunsError } from '@sluice/runs'
import { TRPCError } from '@trpc/server'
import { LimitError } from './limits.ts'

/**
 * Maps the errors of the packages to tRPC errors. Any other error is returned as `fallback`.
 *
 * In a subscription a 4xx is final; after a 503 the client reconnects at its position.
 */
export function toTrpcError(cause: unknown, fallback: unknown = cause): unknown {
  if (cause instanceof LimitError) {
    return new TRPCError({ code: 'TOO_MANY_REQUESTS', message: cause.message, cause })
  }
  if (!(cause instanceof RunsError)) return fallback
  const { code, message } = cause
  switch (code) {
    case 'not_found':
      return new TRPCError({ code: 'NOT_FOUND', message, cause })
    case 'position_beyond_end':
      return new TRPCError({ code: 'BAD_REQUEST', message, cause })
    case 'reader_replaced':
      return new TRPCError({ code: 'CONFLICT', message, cause })
    case 'closing':
    case 'unavailable':
    case 'reader_lapsed':
      return new TRPCError({ code: 'SERVICE_UNAVAILABLE', message, cause })
    case 'log_ended':
      return fallback
    default:
      return code satisfies never
  }
}
