import type { FastifyInstance } from 'fastify'
import { errorBody } from './http-errors.ts'

/** Names for the machine itself. No other site can use them. */
export const LOOPBACK_HOSTS: readonly string[] = ['localhost', '*.localhost', '127.0.0.1', '[::1]']

/** A host name without its port, in lower case and without a final dot; undefined for an invalid host. */
export function hostNameOf(host: string): string | undefined {
  if (!URL.canParse(`http://${host}`)) return undefined
  return new URL(`http://${host}`).hostname.replace(/\.$/, '')
}

/**
 * Refuses requests for host names that are not in the list, with 421. This stops DNS rebinding: when the name
 * `evil.example` suddenly resolves to this machine, its page has the same origin as this server, but it cannot change
 * its `Host` header.
 *
 * The host is the one in the browser's address bar: `Host`, or the `X-Forwarded-Host` of a trusted proxy.
 * @param allowed host names as in {@link LOOPBACK_HOSTS}; `*.` matches every subdomain.
 */
export function refuseOtherHosts(
  app: FastifyInstance,
  { allowed, exempt }: { allowed: readonly string[]; exempt: ReadonlySet<string> },
): void {
  app.addHook('onRequest', async (request, reply) => {
    if (exempt.has(request.routeOptions.url ?? '')) return
    const name = hostNameOf(request.host) ?? ''
    if (allowed.some((entry) => matches(entry, name))) return
    const message =
      `This server does not answer to the host name ${JSON.stringify(name)}. If it should, add the name to the ` +
      'comma-separated list in ALLOWED_HOSTS and restart the server.'
    await reply.code(421).send(errorBody(421, 'BAD_REQUEST', message))
  })
}

function matches(allowed: string, name: string): boolean {
  return allowed.startsWith('*.') ? name.endsWith(allowed.slice(1)) : name === allowed
}
