import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { addressKey } from './address-key.ts'

/** Label of the metric that counts refused starts. */
export type LimitReason =
  | 'owner_rate'
  | 'address_rate'
  | 'too_many_runs'
  | 'address_runs'
  | 'owner_budget'
  | 'server_budget'

/** A limit is reached. `retryAfterMs`: when to try again. */
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

/** When one of the unfinished runs may have ended, in ms. An estimate. */
export const RUN_ENDS_AFTER_MS = 5000

export interface LimitOptions {
  readonly startsPerMinute: number
  /** Because a script can create any number of sessions. An IPv6 address counts by its /64. */
  readonly startsPerMinutePerIp: number
  readonly subscriptionsPerMinute: number
  readonly acksPerMinute: number
  /**
   * Sends a command to the Redis where the starts of all instances are counted. Starts fail with what it throws.
   * Default: this process counts its own.
   */
  readonly send?: ((...args: readonly string[]) => Promise<unknown>) | undefined
}

/** Rate limits per owner and per address. Every method @throws {LimitError} when a limit is reached. */
export interface Limits {
  start(owner: string, ip: string): Promise<void>
  subscribe(owner: string): Promise<void>
  ack(owner: string): Promise<void>
  upload(owner: string): Promise<void>
}

const MINUTE_S = 60
const UPLOADS_PER_MINUTE = 60

export function createLimits(options: LimitOptions): Limits {
  const starts = sharedLimiter('sluice:starts:owner', options.startsPerMinute, options.send)
  const addresses = sharedLimiter('sluice:starts:address', options.startsPerMinutePerIp, options.send)
  const subscriptions = new RateLimiterMemory({ points: options.subscriptionsPerMinute, duration: MINUTE_S })
  const acks = new RateLimiterMemory({ points: options.acksPerMinute, duration: MINUTE_S })
  const uploads = new RateLimiterMemory({ points: UPLOADS_PER_MINUTE, duration: MINUTE_S })
  return {
    async start(owner, ip) {
      const { startsPerMinute, startsPerMinutePerIp } = options
      const perAddress = `At most ${startsPerMinutePerIp} questions a minute from one address.`
      await consume(addresses, addressKey(ip), perAddress, 'address_rate')
      await consume(starts, owner, `At most ${startsPerMinute} questions a minute.`, 'owner_rate')
    },
    subscribe: (owner) => consume(subscriptions, owner, 'Too many reconnects.'),
    ack: (owner) => consume(acks, owner, 'Too many acks.'),
    upload: (owner) => consume(uploads, owner, 'Too many uploads.'),
  }
}

function sharedLimiter(
  keyPrefix: string,
  points: number,
  send: LimitOptions['send'],
): RateLimiterMemory | RateLimiterRedis {
  const common = { keyPrefix, points, duration: MINUTE_S }
  if (send === undefined) return new RateLimiterMemory(common)
  return new RateLimiterRedis({
    ...common,
    // As @redis/client has it.
    storeClient: {
      eval: (script: string, { keys, arguments: args }: { keys: string[]; arguments: string[] }) =>
        send('EVAL', script, String(keys.length), ...keys, ...args),
    },
    useRedisPackage: true,
  })
}

async function consume(
  limiter: RateLimiterMemory | RateLimiterRedis,
  key: string,
  message: string,
  reason?: LimitReason,
): Promise<void> {
  try {
    await limiter.consume(key)
  } catch (refusal) {
    // The library throws a result, which is not an Error, when the limit is reached.
    if (!(refusal instanceof RateLimiterRes)) throw refusal
    throw new LimitError(message, refusal.msBeforeNext, reason)
  }
}
