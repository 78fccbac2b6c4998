import { randomUUID } from 'node:crypto'
import { guestOwner } from '@sluice/db'
import type { FastifyReply, FastifyRequest } from 'fastify'

const COOKIE = 'sluice_session'
const DAY_S = 24 * 60 * 60

/** How long a guest may stay away: then the cookie has expired, and what the guest has is deleted. */
export const GUEST_DAYS = 90

/**
 * Returns the owner of the runs that a request starts and sees: any string that identifies one person, and does not
 * begin with `guest-`.
 *
 * To refuse a request, throw `new TRPCError({ code: 'UNAUTHORIZED', message })`. The client receives its code and
 * message. Any other error is logged, and the client receives UNAUTHORIZED (401) with a general message. A refused
 * request starts and reads nothing, and does not count towards any limit.
 *
 * Set a cookie with `reply.header('set-cookie', …)`. A cookie set with `reply.setCookie` is written later and is
 * missing from the response of an event stream.
 *
 * When a guest signs in, `RunningServer.adopt` hands over what the guest has.
 */
export type OwnerOf = (request: FastifyRequest, reply: FastifyReply) => string | Promise<string>

export interface GuestOptions {
  /** Lets pages of other sites use the session, which browsers allow over https only. */
  readonly crossSite: boolean
  /** Called with a guest whose cookie is renewed: at most once a day, give or take requests at the same time. */
  readonly onReturn: (owner: string) => void
}

/**
 * An anonymous session in a signed cookie, which is renewed daily and lasts {@link GUEST_DAYS}. For real accounts, set
 * the server's `ownerOf` option.
 *
 * A missing, unknown or tampered cookie starts a new session.
 */
export function createOwnerOf({ crossSite, onReturn }: GuestOptions): OwnerOf {
  return (request, reply) => {
    const today = String(Math.floor(Date.now() / 1000 / DAY_S))
    const { owner: known, day } = sessionOf(request)
    if (known !== undefined && day === today) return known
    const owner = known ?? guestOwner(randomUUID())
    const value = reply.signCookie(`${owner}.${today}`)
    setGuestCookie(request, reply, { value, crossSite, maxAge: GUEST_DAYS * DAY_S })
    if (known !== undefined) onReturn(owner)
    return owner
  }
}

function setGuestCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  { value, crossSite, maxAge }: { value: string; crossSite: boolean; maxAge: number },
): void {
  const options = {
    httpOnly: true,
    path: '/',
    maxAge,
    sameSite: crossSite ? 'none' : 'lax',
    secure: crossSite || request.protocol === 'https',
  } as const
  reply.header('set-cookie', request.server.serializeCookie(COOKIE, value, options))
}

/** The owner, and the day on which the cookie was made, in days since 1970. */
function sessionOf(request: FastifyRequest): { owner?: string; day?: string | undefined } {
  const cookie = request.cookies[COOKIE]
  const session = cookie === undefined ? undefined : request.unsignCookie(cookie)
  if (session?.valid !== true || !session.value) return {}
  const [owner = '', day] = session.value.split('.')
  // A copy, because a slice would keep the whole Cookie header in memory as long as the owner's runs are known.
  return { owner: Buffer.from(owner).toString(), day }
}

export { sessionOf as guestSessionOf, setGuestCookie } // Accounts.
