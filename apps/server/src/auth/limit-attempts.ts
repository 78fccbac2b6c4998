import type { FastifyReply, FastifyRequest } from 'fastify'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { addressKey } from '../address-key.ts'
import { errorBody } from '../http-errors.ts'

/** In seconds. */
const WINDOW_S = 15 * 60
/** Attempts that may fail in a window, from one address. */
const FAILURES = 10
/** All attempts in a window, from one address. */
const ATTEMPTS = 100
/** Attempts that may fail in a window for one e-mail address, from wherever they come. */
const FAILURES_PER_EMAIL = 20
/** The longest address there is. */
const EMAIL_CHARS = 254

/**
 * Limits attempts by their address (an IPv6 /64), and by the e-mail address that they name: so one account is not
 * guessed at from many addresses, nor is one mailbox flooded. Each process counts its own.
 *
 * `check` counts an attempt as failed, before it is made, so that many at once do not pass. `succeeded` takes that back:
 * for the e-mail address only with a `proof` of owning it, because everything else leads to a mail.
 */
export function limitAttempts() {
  const failures = new RateLimiterMemory({ points: FAILURES, duration: WINDOW_S })
  const attempts = new RateLimiterMemory({ points: ATTEMPTS, duration: WINDOW_S })
  const emails = new RateLimiterMemory({ points: FAILURES_PER_EMAIL, duration: WINDOW_S })
  return {
    async check(request: FastifyRequest, reply: FastifyReply): Promise<void> {
      const address = addressKey(request.ip)
      const email = emailOf(request)
      try {
        await failures.consume(address)
        await attempts.consume(address)
        if (email !== undefined) await emails.consume(email)
      } catch (refusal) {
        // The library throws a result, which is not an Error, when the limit is reached. Anything else is a bug.
        if (!(refusal instanceof RateLimiterRes)) throw refusal
        const retryAfterMs = Math.ceil(refusal.msBeforeNext)
        const message = `Too many attempts. Try again in ${Math.ceil(retryAfterMs / 60_000)} minutes.`
        await reply
          .code(429)
          .header('retry-after', String(Math.ceil(retryAfterMs / 1000)))
          .send(errorBody(429, 'TOO_MANY_REQUESTS', message, { retryAfterMs }))
      }
    },
    async succeeded(request: FastifyRequest, { proof }: { proof: boolean }): Promise<void> {
      await failures.reward(addressKey(request.ip))
      const email = emailOf(request)
      if (proof && email !== undefined) await emails.reward(email)
    },
  }
}

function emailOf({ body }: FastifyRequest): string | undefined {
  if (typeof body !== 'string') return undefined
  try {
    const { email }: { email?: unknown } = Object(JSON.parse(body))
    return typeof email === 'string' ? email.toLowerCase().slice(0, EMAIL_CHARS) : undefined
  } catch {
    // Better Auth refuses it.
    return undefined
  }
}
