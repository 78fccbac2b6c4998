import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { TrustProxy } from './env.ts'

/**
 * Warns once when a proxy seems to be in front of this server and is not trusted. All its visitors then count as one
 * address. The limits per address still apply, because any client can send the header.
 */
export function warnAboutProxy(
  app: FastifyInstance,
  logger: FastifyBaseLogger,
  trustProxy: TrustProxy,
): void {
  if (trustProxy !== false) return
  let warned = false
  app.addHook('onRequest', async ({ headers }) => {
    if (warned || headers['x-forwarded-for'] === undefined) return
    warned = true
    logger.warn(
      'A request has X-Forwarded-For, but TRUST_PROXY is not set. Behind a proxy, all visitors count as one address ' +
        'and share STARTS_PER_MINUTE_PER_IP and MAX_RUNS_PER_IP: see TRUST_PROXY in .env.example.',
    )
  })
}
