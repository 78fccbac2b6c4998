import { TRPCError } from '@trpc/server'
import { procedure } from '../trpc.ts'

/**
 * The base of procedures for people who have signed in: `ctx.signedIn` says who. A guest is refused with UNAUTHORIZED,
 * and without `ACCOUNTS=1` everyone is a guest.
 */
export const protectedProcedure = procedure.use(({ ctx, next }) => {
  const { signedIn } = ctx
  if (signedIn === undefined) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' })
  return next({ ctx: { signedIn } })
})
