import { ONE_ADDRESS } from '../product/one-address.ts'

export const CHAOS_LIMITS = { graceMs: 5000, leaseMs: 12_000 } as const

/** The server's time limits in the same order as its defaults, but shorter. The client's 8 s heartbeat fits in the lease. */
export const CHAOS_ENV = {
  PORT: '0',
  ANTHROPIC_API_KEY: 'test-key',
  SESSION_SECRET: 'chaos-chaos-chaos-chaos-chaos-chaos',
  GRACE_MS: String(CHAOS_LIMITS.graceMs),
  LEASE_MS: String(CHAOS_LIMITS.leaseMs),
  UPSTREAM_IDLE_MS: '5000',
  RUN_MAX_MS: '30000',
  DRAIN_MS: '300',
  WINDOW_CHARS: '2048',
  FRAME_MS: '20',
  // One session stands for hundreds of visitors.
  MAX_RUNS_PER_OWNER: '1000',
  STARTS_PER_MINUTE: '100000',
  ...ONE_ADDRESS,
  SUBSCRIPTIONS_PER_MINUTE: '100000',
  ACKS_PER_MINUTE: '100000',
  MAX_STREAMS_PER_OWNER: '10000',
}
