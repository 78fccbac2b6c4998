import { initTRPC, type TRPCError } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import { ZodError, z } from 'zod'
import { isSessionEnded } from './auth/session-ended.ts'
import type { Context } from './context.ts'
import { LimitError, RUN_ENDS_AFTER_MS } from './limits.ts'
import { toTrpcError } from './to-trpc-error.ts'
import type { ToolMeta } from './tools.ts'

/** Time between two pings, in ms. Proxies close connections that are idle for about 60 s. */
export const PING_MS = 5000
/** A client that receives nothing for this long, pings included, reconnects at its position. In ms. */
export const RECONNECT_AFTER_MS = 15_000

// An error repeats only a part of what was sent, so that the response to the largest batch stays below 64 KB even when
// every character takes six bytes.
const MAX_ISSUES = 5
const MAX_MESSAGE_CHARS = 400
const MAX_PATH_CHARS = 100

/** `tool`: see `toolsOf`. */
export interface Meta {
  readonly tool?: ToolMeta
}

const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    // Not by NODE_ENV: a stack trace is never sent.
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
          sessionEnded: isSessionEnded(error),
        },
      }
    },
  })

export const { router, mergeRouters, createCallerFactory } = t

/** The base of every procedure. It maps errors of the packages to tRPC errors. */
export const procedure = t.procedure.use(async ({ next }) => {
  const result = await next()
  if (!result.ok && result.error.cause) throw toTrpcError(result.error.cause, result.error)
  return result
})

/** An error as the formatter above shows it, for responses that tRPC's adapters do not write. */
export function errorShape(error: TRPCError, path: string) {
  const { code } = error
  return {
    message: publicMessage(error),
    code: TRPC_ERROR_CODES_BY_KEY[code],
    data: {
      code,
      httpStatus: getHTTPStatusCodeFromError(error),
      path,
      retryAfterMs: retryAfterMs(error),
      sessionEnded: isSessionEnded(error),
    },
  }
}

/** When to try again after a limit was reached, in ms; undefined for other errors. */
export function retryAfterMs(error: TRPCError): number | undefined {
  if (error.cause instanceof LimitError) return Math.ceil(error.cause.retryAfterMs)
  return error.code === 'TOO_MANY_REQUESTS' ? RUN_ENDS_AFTER_MS : undefined
}

/** What may be said of an error: nothing of what failed inside, and not more than {@link MAX_MESSAGE_CHARS}. */
export function publicMessage(error: TRPCError): string {
  const message = messageOf(error)
  return message.length > MAX_MESSAGE_CHARS ? `${message.slice(0, MAX_MESSAGE_CHARS)}…` : message
}

function messageOf({ code, cause, message }: TRPCError): string {
  // Also when its cause is a ZodError, as for an output that does not fit: only an input is the caller's.
  if (code === 'INTERNAL_SERVER_ERROR') return 'Something went wrong on our side.'
  return cause instanceof ZodError
    ? z.prettifyError(new ZodError(cause.issues.slice(0, MAX_ISSUES)))
    : message
}
