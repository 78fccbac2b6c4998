import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import type { OwnerOf } from '../owner.ts'
import type { SignedIn, SignInMethods } from './signed-in.ts'

/**
 * Accounts for people who sign in. `load-auth.ts` loads `create-auth.ts` with `ACCOUNTS=1` only; without it, nothing of
 * Better Auth is in memory. `serve-auth.ts` serves its routes, `session-cache.ts` spares acks and frames their queries,
 * and `send-mail.ts` is where your mail server belongs.
 *
 * To replace accounts with your own, see `OwnerOf`.
 */
export interface Auth {
  readonly methods: SignInMethods
  /** Finds the user of a request; where no one is signed in, what `guestOf` finds. */
  readonly ownerOf: (guestOf: OwnerOf) => OwnerOf
  /** Who sent a request, once `ownerOf` has looked; undefined for a guest. */
  readonly signedIn: (request: FastifyRequest) => SignedIn | undefined
  /** Serves `/api/auth/*`, with a limit for each request. */
  readonly serve: (app: FastifyInstance, limit: onRequestAsyncHookHandler) => Promise<void>
  /**
   * Looks every minute, until `open` is aborted, whether the session of a request that stays open has ended. Then it
   * calls `onEnd` with the error, once.
   */
  readonly watch: (request: FastifyRequest, open: AbortSignal, onEnd: (error: Error) => void) => void
}
