import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

const COOKIE = 'sluice_session'
const THIRTY_DAYS_S = 30 * 24 * 60 * 60

/** Who is asking: whoever may see the runs that this request starts. Any string that is one person's. */
export type OwnerOf = (request: FastifyRequest, reply: FastifyReply) => string

/**
 * An anonymous session in a signed cookie. Replace this one function to have real accounts.
 *
 * A missing, foreign or tampered cookie is no error, it is a new session. `crossSite`: pages of other sites
 * may use it too, which browsers allow over https only.
 */
export function createOwnerOf({ crossSite }: { crossSite: boolean }): OwnerOf {
  return (request, reply) => {
    const cookie = request.cookies[COOKIE]
    const session = cookie === undefined ? undefined : request.unsignCookie(cookie)
    // A copy: a slice would keep the whole Cookie header alive, for as long as the owner's runs are remembered.
    if (session?.valid && session.value) return Buffer.from(session.value).toString()
    const owner = randomUUID()
    reply.setCookie(COOKIE, owner, {
      signed: true,
      httpOnly: true,
      path: '/',
      maxAge: THIRTY_DAYS_S,
      ...(crossSite ? { sameSite: 'none', secure: true } : { sameSite: 'lax', secure: 'auto' }),
    })
    return owner
  }
}
