import { setTimeout as sleep } from 'node:timers/promises'
import { TRPCError } from '@trpc/server'
import { isAPIError } from 'better-auth/api'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { toTrpcError } from '../to-trpc-error.ts'
import { errorShape } from '../trpc.ts'
import { type BetterAuth, SESSION_COOKIE } from './create-better-auth.ts'
import { limitAttempts } from './limit-attempts.ts'
import type { SessionCache } from './session-cache.ts'

export interface ServeAuthOptions {
  /** @throws {RunsError} `unavailable` when the database failed. */
  readonly query: <T>(run: (auth: BetterAuth) => Promise<T>) => Promise<T>
  readonly sessions: SessionCache
}

const PATH = '/api/auth'

/** Attempts, of which there are not many in a quarter of an hour. */
const ATTEMPTS = ['/sign-in/email', '/sign-in/social', '/reset-password']
/** Attempts that lead to a mail, and do more for an address that has an account than for one that has none, or less. */
const MAILS = ['/sign-up/email', '/request-password-reset', '/send-verification-email']
/** For users, whose sessions here it ends. */
const POSTS = ['/sign-out', '/revoke-other-sessions', '/delete-user']
/** GitHub leads back to the first one; the page calls the second one for a link in a mail. */
const GETS = ['/callback/github', '/verify-email']

/** The longest of them has an address and a password. */
const BODY_BYTES = 10_000
/** ms. Longer than a password's hash and a few queries take, so that the time says nothing. */
const MAIL_MS = 300

/** Serves the routes of Better Auth that are used. All others are unknown here. */
export function serveAuth(app: FastifyInstance, { query, sessions }: ServeAuthOptions): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  )
  app.setErrorHandler((cause, _request, reply) => {
    const error = toTrpcError(cause)
    // To the app's own handler.
    if (!(error instanceof TRPCError)) throw cause
    const shape = errorShape(error, 'auth')
    return reply.code(shape.data.httpStatus).send({ error: shape })
  })

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    reply.header('cache-control', 'no-store')
    const path = request.routeOptions.url?.slice(PATH.length) ?? ''
    try {
      const handled = query((auth) => auth.handler(requestOf(request)))
      if (MAILS.includes(path)) await Promise.allSettled([handled, sleep(MAIL_MS)])
      const response = await handled
      // Now, and not in a minute. Others' too, which these end.
      if (request.method === 'POST') sessions.forget(request.cookies[SESSION_COOKIE] ?? '')
      if (['/revoke-other-sessions', '/reset-password', '/delete-user'].includes(path)) sessions.forgetAll()
      for (const cookie of response.headers.getSetCookie()) reply.header('set-cookie', cookie)
      const location = response.headers.get('location')
      if (location !== null) reply.header('location', location)
      return await reply
        .code(response.status)
        .type(response.headers.get('content-type') ?? 'application/json')
        .send(await response.text())
    } catch (error) {
      // A refusal, for the caller.
      if (!isAPIError(error) || error.statusCode >= 500) throw error
      return reply.code(error.statusCode).send(error.body)
    }
  }

  const limit = limitAttempts()
  const attempt = {
    bodyLimit: BODY_BYTES,
    preHandler: (request: FastifyRequest, reply: FastifyReply) => limit.check(request, reply),
  }
  for (const path of [...ATTEMPTS, ...MAILS]) {
    const onSend = async (request: FastifyRequest, { statusCode }: FastifyReply) => {
      if (statusCode < 400) await limit.succeeded(request, { proof: path === '/sign-in/email' })
    }
    app.post(PATH + path, { ...attempt, onSend }, (request, reply) => answer(request, reply))
  }
  for (const path of POSTS)
    app.post(PATH + path, { bodyLimit: BODY_BYTES }, (request, reply) => answer(request, reply))
  for (const path of GETS)
    app.get(PATH + path, { exposeHeadRoute: false }, (request, reply) => answer(request, reply))
}

/** Only what Better Auth needs: nothing that names another host or address. */
function requestOf(request: FastifyRequest): Request {
  const { cookie, 'content-type': type, 'user-agent': agent } = request.headers
  const headers = new Headers()
  for (const [name, value] of Object.entries({ cookie, 'content-type': type, 'user-agent': agent }))
    if (value !== undefined) headers.set(name, value)
  const body = typeof request.body === 'string' ? request.body : null
  // The host does not matter: see `publicUrl`.
  return new Request(`http://localhost${request.url}`, { method: request.method, headers, body })
}
