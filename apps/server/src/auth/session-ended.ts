import { TRPCError } from '@trpc/server'

/** The cause of a 401 for a browser whose session was revoked or has expired. The page then signs out. */
class SessionEndedError extends Error {
  override readonly name = 'SessionEndedError'
}

export function sessionEnded(): TRPCError {
  const message = 'You were signed out. Sign in again.'
  return new TRPCError({ code: 'UNAUTHORIZED', message, cause: new SessionEndedError(message) })
}

/** True for a caller who was signed in; otherwise undefined, and so not sent. */
export function isSessionEnded({ cause }: { readonly cause?: unknown }): true | undefined {
  return cause instanceof SessionEndedError || undefined
}
