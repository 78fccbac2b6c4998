import type { onRequestAsyncHookHandler } from 'fastify'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { addressKey } from './address-key.ts'
import { errorBody } from './http-errors.ts'

const MINUTE_S = 60
/** A body counts as one more request per this many bytes. */
const BYTES_PER_REQUEST = 65_536

/**
 * Limits the requests per minute from one address (an IPv6 /64), before their bodies are read. Sessions do not matter.
 * A large body counts as several requests, because the work grows with its size.
 *
 * The default of 12,000 is meant to stop attackers, not visitors, many of whom may share an address: a tab sends at
 * most about 250 a minute while an answer streams (an ack every 250 ms), so about fifty tabs have to stream at the same
 * time to reach it. With the largest bodies it is 600 requests.
 */
export function limitRequests(perMinute: number): onRequestAsyncHookHandler {
  const requests = new RateLimiterMemory({ points: perMinute, duration: MINUTE_S })
  return async (request, reply) => {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
    const { bodyLimit } = request.routeOptions
    // A body without a length, which browsers never send, counts as the longest one.
    const bytes = encoding === undefined ? Math.min(Number(length ?? 0), bodyLimit) : bodyLimit
    try {
      await requests.consume(addressKey(request.ip), 1 + Math.floor(bytes / BYTES_PER_REQUEST))
    } catch (refusal) {
      // The library throws a result, which is not an Error, when the limit is reached. Anything else is a bug.
      if (!(refusal instanceof RateLimiterRes)) throw refusal
      const retryAfterMs = Math.ceil(refusal.msBeforeNext)
      const message = 'Too many requests from this address.'
      await reply
        .code(429)
        .header('retry-after', String(Math.ceil(retryAfterMs / 1000)))
        .send(errorBody(429, 'TOO_MANY_REQUESTS', message, { retryAfterMs }))
    }
  }
}
