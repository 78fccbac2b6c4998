import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { addressKey } from './address-key.ts'

/** Which limit refused a start, for the metrics. */
export type LimitReason =
  | 'owner_rate'
  | 'address_rate'
  | 'too_many_runs'
  | 'address_runs'
  | 'owner_budget'
  | 'server_budget'

/** Too much, too fast. `retryAfterMs`: when it is worth trying again. */
export class LimitError extends Error {
  override readonly name = 'LimitError'
  readonly retryAfterMs: number
  readonly reason: LimitReason | undefined

  constructor(message: string, retryAfterMs: number, reason?: LimitReason) {
    super(message)
    this.retryAfterMs = retryAfterMs
    this.reason = reason
  }
}

/** ms. A guess at when one of the unfinished runs may have ended. */
export const RUN_ENDS_AFTER_MS = 5000

export interface LimitOptions {
  readonly startsPerMinute: number
  /** A script makes as many sessions as it likes. An IPv6 address counts by its /64. */
  readonly startsPerMinutePerIp: number
  readonly subscriptionsPerMinute: number
  readonly acksPerMinute: number
}

/** How often one owner, and one address, may ask. Every method @throws {LimitError} when it is too much. */
export interface Limits {
  start(owner: string, ip: string): Promise<void>
  subscribe(owner: string): Promise<void>
  ack(owner: string): Promise<void>
}

const MINUTE_S = 60

export function createLimits(options: LimitOptions): Limits {
  const starts = new RateLimiterMemory({ points: options.startsPerMinute, duration: MINUTE_S })
  const addresses = new RateLimiterMemory({ points: options.startsPerMinutePerIp, duration: MINUTE_S })
  const subscriptions = new RateLimiterMemory({ points: options.subscriptionsPerMinute, duration: MINUTE_S })
  const acks = new RateLimiterMemory({ points: options.acksPerMinute, duration: MINUTE_S })
  return {
    async start(owner, ip) {
      const { startsPerMinute, startsPerMinutePerIp } = options
      const perAddress = `At most ${startsPerMinutePerIp} questions a minute from one address.`
      await take(addresses, addressKey(ip), perAddress, 'address_rate')
      await take(starts, owner, `At most ${startsPerMinute} questions a minute.`, 'owner_rate')
    },
    subscribe: (owner) => take(subscriptions, owner, 'Too many reconnects.'),
    ack: (owner) => take(acks, owner, 'Too many acks.'),
  }
}

async function take(
  limiter: RateLimiterMemory,
  key: string,
  message: string,
  reason?: LimitReason,
): Promise<void> {
  try {
    await limiter.consume(key)
  } catch (refusal) {
    // The library throws its answer, which is no Error; anything else is one.
    if (!(refusal instanceof RateLimiterRes)) throw refusal
    throw new LimitError(message, refusal.msBeforeNext, reason)
  }
}
