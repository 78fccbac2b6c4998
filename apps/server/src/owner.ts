import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

const COOKIE = 'sluice_session'
const THIRTY_DAYS_S = 30 * 24 * 60 * 60

/**
 * Who is asking: whoever may see the runs that this request starts. Here an anonymous session in a signed
 * cookie. Replace this one function to have real accounts; return any string that is one person's.
 *
 * A missing, foreign or tampered cookie is no error, it is a new session.
 */
export function ownerOf(request: FastifyRequest, reply: FastifyReply): string {
  const cookie = request.cookies[COOKIE]
  const session = cookie === undefined ? undefined : request.unsignCookie(cookie)
  if (session?.valid && session.value) return session.value
  const owner = randomUUID()
  reply.setCookie(COOKIE, owner, {
    signed: true,
    httpOnly: true,
    sameSite: 'lax',
    secure: 'auto',
    path: '/',
    maxAge: THIRTY_DAYS_S,
  })
  return owner
}
