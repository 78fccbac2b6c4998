import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

/** Too much, too fast. `retryAfterMs`: when it is worth trying again. */
export class LimitError extends Error {
  override readonly name = 'LimitError'
  readonly retryAfterMs: number

  constructor(message: string, retryAfterMs: number) {
    super(message)
    this.retryAfterMs = retryAfterMs
  }
}

export interface LimitOptions {
  readonly startsPerMinute: number
  /** Sessions are free, so a stranger may have many; off by default, for one address may be many people. */
  readonly startsPerMinutePerIp?: number | undefined
  readonly subscriptionsPerMinute: number
  readonly acksPerMinute: number
  /** Input and output tokens, cached ones included. Off by default. */
  readonly dailyTokensPerOwner?: number | undefined
}

/** How much one owner may ask for. Every method @throws {LimitError} when it is too much. */
export interface Limits {
  start(owner: string, ip: string): Promise<void>
  subscribe(owner: string): Promise<void>
  ack(owner: string): Promise<void>
  /** Counts what a run has used. Never throws: it has been spent already. */
  spend(owner: string, tokens: number): Promise<void>
}

const MINUTE_S = 60
const DAY_S = 24 * 60 * 60

export function createLimits(options: LimitOptions): Limits {
  const starts = new RateLimiterMemory({ points: options.startsPerMinute, duration: MINUTE_S })
  const ips = perMinute(options.startsPerMinutePerIp)
  const subscriptions = new RateLimiterMemory({ points: options.subscriptionsPerMinute, duration: MINUTE_S })
  const acks = new RateLimiterMemory({ points: options.acksPerMinute, duration: MINUTE_S })
  const budget = options.dailyTokensPerOwner
  const tokens = budget === undefined ? undefined : new RateLimiterMemory({ points: budget, duration: DAY_S })
  return {
    async start(owner, ip) {
      const used = await tokens?.get(owner)
      if (used && budget !== undefined && used.consumedPoints >= budget) {
        throw new LimitError(`Today's ${budget} tokens are used up.`, used.msBeforeNext)
      }
      if (ips) await take(ips, ip, 'Too many questions from this address.')
      await take(starts, owner, `At most ${options.startsPerMinute} questions a minute.`)
    },
    subscribe: (owner) => take(subscriptions, owner, 'Too many reconnects.'),
    ack: (owner) => take(acks, owner, 'Too many acks.'),
    async spend(owner, used) {
      await tokens?.penalty(owner, used)
    },
  }
}

function perMinute(points: number | undefined): RateLimiterMemory | undefined {
  return points === undefined ? undefined : new RateLimiterMemory({ points, duration: MINUTE_S })
}

async function take(limiter: RateLimiterMemory, key: string, message: string): Promise<void> {
  try {
    await limiter.consume(key)
  } catch (refusal) {
    // The library throws its answer, which is no Error; anything else is one.
    if (!(refusal instanceof RateLimiterRes)) throw refusal
    throw new LimitError(message, refusal.msBeforeNext)
  }
}
