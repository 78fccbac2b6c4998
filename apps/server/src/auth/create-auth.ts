import { isSessionLive } from '@sluice/db'
import type { Clock } from '@sluice/runs'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Accounts } from '../accounts.ts'
import type { ServerDatabase } from '../database.ts'
import { guestSessionOf, setGuestCookie } from '../owner.ts'
import { toTrpcError } from '../to-trpc-error.ts'
import type { Auth } from './auth.ts'
import {
  type BetterAuth,
  type BetterAuthSettings,
  createBetterAuth,
  SESSION_COOKIE,
} from './create-better-auth.ts'
import { createSendMail } from './send-mail.ts'
import { serveAuth } from './serve-auth.ts'
import { createSessionCache, type Session, SESSION_CACHE_S } from './session-cache.ts'
import { sessionEnded } from './session-ended.ts'
import { settleQueries } from './watch-queries.ts'

export interface AuthParts extends Omit<BetterAuthSettings, 'sendMail' | 'deleteContent'> {
  readonly database: Pick<ServerDatabase, 'query'>
  readonly accounts: Pick<Accounts, 'adopt' | 'deleteContent'>
  /** Times {@link Auth.watch}. */
  readonly clock: Clock
}

/** A reader's session is looked up anew, so that a revoked one opens no stream. */
const STREAM = '/trpc/runs.events'

/**
 * Accounts for people who sign in, with Better Auth on the same database. All others stay guests, who cost no row.
 *
 * A session is a row, and a cookie with its token. A guest's cookie beside it is left from before the sign-in: the first
 * request that has both hands over what the guest has, and clears the guest's cookie. If that fails, the next one does.
 */
export function createAuth({ database, accounts, clock, ...rest }: AuthParts): Auth {
  const settings: BetterAuthSettings = {
    ...rest,
    sendMail: createSendMail(rest.publicUrl, rest.logger),
    deleteContent: (userId) => accounts.deleteContent(userId),
  }
  let betterAuth: BetterAuth | undefined
  const sessions = createSessionCache()
  /** Of requests by users. */
  const found = new WeakMap<FastifyRequest, Session>()
  /** By guest and user: the first requests of a page wait for the same hand-over. */
  const adoptions = new Map<string, Promise<void>>()

  /** @throws {RunsError} `unavailable` when a query failed; otherwise as `run` does. */
  async function query<T>(run: (auth: BetterAuth) => Promise<T>): Promise<T> {
    const outcome = await database.query((db) => {
      const auth = (betterAuth ??= createBetterAuth(db, settings))
      return settleQueries(() => run(auth))
    })
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  }

  async function findSession({ headers }: FastifyRequest, reply: FastifyReply): Promise<Session> {
    const { response, headers: sent } = await query((auth) =>
      auth.api.getSession({ headers: { cookie: headers.cookie ?? '' }, returnHeaders: true }),
    )
    // The page has to know, so it is not a new guest's. The cookie stays until the page signs out.
    if (!response) throw sessionEnded()
    // Once a day the session is prolonged, and so is its cookie.
    for (const cookie of sent.getSetCookie()) reply.header('set-cookie', cookie)
    const { userId, token, expiresAt } = response.session
    return { userId, token, expiresAt, email: response.user.email }
  }

  async function adopt(guest: string, user: string): Promise<void> {
    const key = `${guest} ${user}`
    const adoption = adoptions.get(key) ?? accounts.adopt(guest, user).finally(() => adoptions.delete(key))
    adoptions.set(key, adoption)
    await adoption
  }

  return {
    methods: { github: settings.github !== undefined },
    signedIn: (request) => found.get(request),

    ownerOf: (guestOf) => async (request, reply) => {
      const cookie = request.cookies[SESSION_COOKIE]
      if (cookie === undefined) return guestOf(request, reply)
      try {
        const fresh = request.routeOptions.url === STREAM
        const session = await sessions.get(cookie, () => findSession(request, reply), { fresh })
        found.set(request, session)
        const { owner: guest } = guestSessionOf(request)
        if (guest !== undefined) {
          await adopt(guest, session.userId)
          setGuestCookie(request, reply, { value: '', crossSite: rest.allowedOrigins.length > 0, maxAge: 0 })
        }
        return session.userId
      } catch (error) {
        throw toTrpcError(error)
      }
    },

    async serve(app, limit) {
      await app.register(async (routes) => {
        routes.addHook('onRequest', limit)
        serveAuth(routes, { query, sessions })
      })
    },

    watch(request, open, onEnd) {
      const session = found.get(request)
      if (session === undefined) return
      const look = async () => {
        // While the database is away, the stream goes on.
        const isLive = await database.query((db) => isSessionLive(db, session.token)).catch(() => true)
        if (open.aborted) return
        if (isLive) lookLater()
        else onEnd(sessionEnded())
      }
      let cancel: (() => void) | undefined
      const lookLater = () => {
        cancel = clock.after(SESSION_CACHE_S * 1000, () => void look())
      }
      open.addEventListener('abort', () => cancel?.(), { once: true })
      lookLater()
    },
  }
}
