import { initTRPC, type TRPCError } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import { ZodError, z } from 'zod'
import type { Context } from './context.ts'
import { LimitError, RUN_ENDS_AFTER_MS } from './limits.ts'
import { toTrpcError } from './to-trpc-error.ts'

/** ms. Proxies cut connections that are idle for 60 s or so; browsers count pings as life (see below). */
export const PING_MS = 5000
/** ms. A browser that hears nothing for this long reconnects, with the position it has. */
export const RECONNECT_AFTER_MS = 15_000

// An error says what was wrong, and repeats what was sent only so far: the answer to a batch of the most calls
// stays below 64 KB, even where every character takes six bytes.
const MAX_ISSUES = 5
const MAX_MESSAGE_CHARS = 400
const MAX_PATH_CHARS = 100

const t = initTRPC.context<Context>().create({
  // Never by NODE_ENV: a stack is nobody's business outside.
  isDev: false,
  sse: {
    ping: { enabled: true, intervalMs: PING_MS },
    client: { reconnectAfterInactivityMs: RECONNECT_AFTER_MS },
  },
  errorFormatter({ error, shape }) {
    return {
      ...shape,
      message: publicMessage(error),
      data: {
        ...shape.data,
        path: shape.data.path?.slice(0, MAX_PATH_CHARS),
        retryAfterMs: retryAfterMs(error),
      },
    }
  },
})

export const { router, mergeRouters } = t

/** The base of every procedure: errors of the packages below leave it typed. */
export const procedure = t.procedure.use(async ({ next }) => {
  const result = await next()
  if (!result.ok && result.error.cause) throw toTrpcError(result.error.cause, result.error)
  return result
})

/** An error as the formatter above shows it, for whoever answers outside of tRPC's adapters. */
export function errorShape(error: TRPCError, path: string) {
  const { code } = error
  return {
    message: publicMessage(error),
    code: TRPC_ERROR_CODES_BY_KEY[code],
    data: { code, httpStatus: getHTTPStatusCodeFromError(error), path, retryAfterMs: retryAfterMs(error) },
  }
}

/** When a call that was too much is worth making again, in ms; undefined for other errors. */
export function retryAfterMs(error: TRPCError): number | undefined {
  if (error.cause instanceof LimitError) return Math.ceil(error.cause.retryAfterMs)
  return error.code === 'TOO_MANY_REQUESTS' ? RUN_ENDS_AFTER_MS : undefined
}

function publicMessage(error: TRPCError): string {
  const message = messageOf(error)
  return message.length > MAX_MESSAGE_CHARS ? `${message.slice(0, MAX_MESSAGE_CHARS)}…` : message
}

function messageOf({ code, cause, message }: TRPCError): string {
  if (cause instanceof ZodError) return z.prettifyError(new ZodError(cause.issues.slice(0, MAX_ISSUES)))
  return code === 'INTERNAL_SERVER_ERROR' ? 'Something went wrong on our side.' : message
}
