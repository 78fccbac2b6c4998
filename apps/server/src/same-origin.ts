import type { FastifyInstance, FastifyRequest } from 'fastify'
import { errorBody } from './http-errors.ts'

/**
 * Refuses state-changing requests that a page of another origin makes with our visitor's cookie. Requests
 * that no browser page made (curl, other servers) carry neither header and have no cookie to abuse.
 *
 * `Sec-Fetch-Site` is the browser's own word, whatever proxies did to Host; `Origin` is the older one.
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
