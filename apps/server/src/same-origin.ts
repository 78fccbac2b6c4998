import type { FastifyInstance, FastifyRequest } from 'fastify'
import { errorBody } from './http-errors.ts'

/**
 * Refuses state-changing requests from pages of other origins, which would carry our visitor's cookie. Requests that do
 * not come from a page (curl, other servers) have neither header, and no visitor's cookie.
 *
 * `Sec-Fetch-Site` is set by the browser and does not depend on Host, which a proxy may change. Older browsers only
 * send `Origin`.
 */
export function refuseOtherOrigins(app: FastifyInstance, allowed: ReadonlySet<string>): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS') return
    if (isOurs(request, allowed)) return
    await reply.code(403).send(errorBody(403, 'FORBIDDEN', 'Calls from other origins are not allowed.'))
  })
}

function isOurs(request: FastifyRequest, allowed: ReadonlySet<string>): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers
  if (origin !== undefined && allowed.has(origin)) return true
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  return origin === undefined || hostOf(origin) === request.host
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
