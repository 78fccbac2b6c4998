import { TRPCError } from '@trpc/server'
import { z } from 'zod'

/** What happens to a run without readers: `abort` ends it after the grace, `continue` lets it go on to its end. */
export const OnDisconnectSchema = z.enum(['abort', 'continue'])
export type OnDisconnect = z.infer<typeof OnDisconnectSchema>

/** What a start may ask for. The first is the default. */
export type AllowedOnDisconnect = readonly [OnDisconnect, ...OnDisconnect[]]

/** What was asked for, or the default. @throws {TRPCError} `BAD_REQUEST` when it is not allowed. */
export function checkOnDisconnect(
  asked: OnDisconnect | undefined,
  allowed: AllowedOnDisconnect,
): OnDisconnect {
  const chosen = asked ?? allowed[0]
  if (allowed.includes(chosen)) return chosen
  throw new TRPCError({
    code: 'BAD_REQUEST',
    message: `onDisconnect is ${chosen}; this server allows ${allowed.join(', ')}.`,
  })
}
