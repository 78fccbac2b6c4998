import { initTRPC, type TRPCError } from '@trpc/server'
import { ZodError, z } from 'zod'
import type { Context } from './context.ts'
import { toTrpcError } from './to-trpc-error.ts'

/** ms. Proxies cut connections that are idle for 60 s or so; browsers count pings as life (see below). */
const PING_MS = 5000
/** ms. A browser that hears nothing for this long reconnects, with the position it has. */
const RECONNECT_AFTER_MS = 15_000

const t = initTRPC.context<Context>().create({
  // Never by NODE_ENV: a stack is nobody's business outside.
  isDev: false,
  sse: {
    ping: { enabled: true, intervalMs: PING_MS },
    client: { reconnectAfterInactivityMs: RECONNECT_AFTER_MS },
  },
  errorFormatter({ error, shape }) {
    return { ...shape, message: publicMessage(error) }
  },
})

export const router = t.router

/** The base of every procedure: errors of the packages below leave it typed. */
export const procedure = t.procedure.use(async ({ next }) => {
  const result = await next()
  if (!result.ok && result.error.cause) throw toTrpcError(result.error.cause, result.error)
  return result
})

function publicMessage(error: TRPCError): string {
  if (error.cause instanceof ZodError) return z.prettifyError(error.cause)
  return error.code === 'INTERNAL_SERVER_ERROR' ? 'Something went wrong on our side.' : error.message
}
