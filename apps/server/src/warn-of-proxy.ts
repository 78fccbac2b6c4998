import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { TrustProxy } from './env.ts'

/**
 * Warns once where a proxy seems to be in front of this server and is not trusted. Its visitors then count as one
 * address. They are not let off the limits per address for it, because anyone can send the header.
 */
export function warnOfProxy(app: FastifyInstance, logger: FastifyBaseLogger, trustProxy: TrustProxy): void {
  if (trustProxy !== false) return
  let warned = false
  app.addHook('onRequest', async ({ headers }) => {
    if (warned || headers['x-forwarded-for'] === undefined) return
    warned = true
    logger.warn(
      'A request has X-Forwarded-For, but TRUST_PROXY is not set. Behind a proxy, all visitors count as one address ' +
        'and share STARTS_PER_MINUTE_PER_IP and MAX_RUNS_PER_IP: set TRUST_PROXY as .env.example says.',
    )
  })
}
