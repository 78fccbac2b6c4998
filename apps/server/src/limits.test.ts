import { expect, test, vi } from 'vitest'
import { createLimits, LimitError, type Limits } from './limits.ts'

const MINUTE_MS = 60_000
const LIMITS = {
  startsPerMinute: 1,
  startsPerMinutePerIp: 1,
  subscriptionsPerMinute: 1,
  acksPerMinute: 1,
}
const HIGH = Object.fromEntries(Object.keys(LIMITS).map((name) => [name, 1000])) as typeof LIMITS

const USES: [name: keyof typeof LIMITS, use: (limits: Limits) => Promise<void>][] = [
  ['startsPerMinute', ({ start }) => start('ann', 'one')],
  ['startsPerMinutePerIp', ({ start }) => start('ann', 'one')],
  ['subscriptionsPerMinute', ({ subscribe }) => subscribe('ann')],
  ['acksPerMinute', ({ ack }) => ack('ann')],
]

test.each(USES)(
  'what %s refused is allowed when the minute is over, and not a ms before',
  async (name, use) => {
    vi.useFakeTimers()
    try {
      const limits = createLimits({ ...HIGH, [name]: 1 })
      await use(limits)
      await vi.advanceTimersByTimeAsync(MINUTE_MS - 1)
      await expect(use(limits)).rejects.toMatchObject({ name: LimitError.name, retryAfterMs: 1 })
      await vi.advanceTimersByTimeAsync(1)
      await use(limits)
    } finally {
      vi.useRealTimers()
    }
  },
)
