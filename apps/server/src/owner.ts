import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

const COOKIE = 'sluice_session'
const THIRTY_DAYS_S = 30 * 24 * 60 * 60

/**
 * The owner of the runs that a request starts and sees: any string that belongs to one person.
 *
 * To refuse a request, throw `new TRPCError({ code: 'UNAUTHORIZED', message })`: its code and message are the
 * answer. Anything else that is thrown is logged as an error and answered with UNAUTHORIZED (401) in general
 * words. A refused request starts, reads and counts nothing.
 *
 * Set a cookie with `reply.header('set-cookie', …)`: what `reply.setCookie` keeps for later never reaches the
 * response of an event stream.
 */
export type OwnerOf = (request: FastifyRequest, reply: FastifyReply) => string | Promise<string>

/**
 * An anonymous session in a signed cookie. The `ownerOf` option of the server replaces it by real accounts.
 *
 * A missing, foreign or tampered cookie is not an error, it is a new session. `crossSite`: pages of other sites
 * may use it too, which browsers allow over https only.
 */
export function createOwnerOf({ crossSite }: { crossSite: boolean }): OwnerOf {
  return (request, reply) => {
    const cookie = request.cookies[COOKIE]
    const session = cookie === undefined ? undefined : request.unsignCookie(cookie)
    // A copy: a slice would keep the whole Cookie header alive, for as long as the owner's runs are remembered.
    if (session?.valid && session.value) return Buffer.from(session.value).toString()
    const owner = randomUUID()
    const options = {
      httpOnly: true,
      path: '/',
      maxAge: THIRTY_DAYS_S,
      sameSite: crossSite ? 'none' : 'lax',
      secure: crossSite || request.protocol === 'https',
    } as const
    reply.header('set-cookie', request.server.serializeCookie(COOKIE, reply.signCookie(owner), options))
    return owner
  }
}
