import type { FastifyInstance } from 'fastify'
import { errorBody } from './http-errors.ts'

/** The names of the machine itself, which no foreign domain can point a browser to. */
export const LOOPBACK_HOSTS: readonly string[] = ['localhost', '*.localhost', '127.0.0.1', '[::1]']

/** A host name without its port, in lower case and without a dot at its end; undefined when it is none. */
export function hostNameOf(host: string): string | undefined {
  if (!URL.canParse(`http://${host}`)) return undefined
  return new URL(`http://${host}`).hostname.replace(/\.$/, '')
}

/**
 * Refuses requests for host names that are not in the list, with 421. A page of `evil.example` whose name points to
 * this machine all of a sudden (DNS rebinding) is of the same origin as this server, but it cannot forge its `Host`.
 *
 * What counts is the host in the browser's address bar: `Host`, or the `X-Forwarded-Host` of a trusted proxy.
 * @param allowed as in {@link LOOPBACK_HOSTS}; `*.` stands for every name below.
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
      `This server does not answer to the host name ${JSON.stringify(name)}. If it should, add the name to ` +
      'ALLOWED_HOSTS, a list with commas between, and start the server again.'
    await reply.code(421).send(errorBody(421, 'BAD_REQUEST', message))
  })
}

function matches(allowed: string, name: string): boolean {
  return allowed.startsWith('*.') ? name.endsWith(allowed.slice(1)) : name === allowed
}
