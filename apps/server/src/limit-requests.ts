import type { FastifyInstance } from 'fastify'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { addressKey } from './address-key.ts'
import { errorBody } from './http-errors.ts'

const MINUTE_S = 60
/** A body costs one request more for every so many bytes. */
const BYTES_PER_REQUEST = 65_536

/**
 * Limits the requests of one address (an IPv6 /64) in a minute, before their bodies are read and whatever their
 * sessions. A large body counts as several requests, since the work grows with the bytes.
 *
 * The default, 12,000, is there for attackers and not for visitors, of whom many may share an address: a tab
 * sends at most about 250 a minute while an answer streams (an ack each 250 ms), so it takes some fifty tabs that
 * stream at the same time, or two owners at their limit of acks, to reach it. Of the largest bodies it is 600.
 */
export function limitRequests(app: FastifyInstance, perMinute: number): void {
  const requests = new RateLimiterMemory({ points: perMinute, duration: MINUTE_S })
  app.addHook('onRequest', async (request, reply) => {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
    const { bodyLimit } = request.routeOptions
    // A body without a length, which browsers never send, counts as the longest one.
    const bytes = encoding === undefined ? Math.min(Number(length ?? 0), bodyLimit) : bodyLimit
    try {
      await requests.consume(addressKey(request.ip), 1 + Math.floor(bytes / BYTES_PER_REQUEST))
    } catch (refusal) {
      // The library throws its answer, which is not an Error; anything else is one.
      if (!(refusal instanceof RateLimiterRes)) throw refusal
      const retryAfterMs = Math.ceil(refusal.msBeforeNext)
      const message = 'Too many requests from this address.'
      await reply
        .code(429)
        .header('retry-after', String(Math.ceil(retryAfterMs / 1000)))
        .send(errorBody(429, 'TOO_MANY_REQUESTS', message, { retryAfterMs }))
    }
  })
}
