import type { RequestRecord } from '@sluice/claude-sim'
import type { Story } from './run-trial.ts'
import { briefly } from './run-chaos.ts'
import { ONE_ADDRESS } from '../product/one-address.ts'
import { problemsOf } from './check-invariants.ts'

export const CHAOS_LIMITS = { graceMs: 5000, leaseMs: 12_000, retainMs: 20_000 } as const

/** The server's defaults, in the same order but shorter; the client's heartbeat of 8 s fits in the lease. */
export const CHAOS_ENV = {
  PORT: '0',
  ANTHROPIC_API_KEY: 'key-of-nobody',
  SESSION_SECRET: 'chaos-chaos-chaos-chaos-chaos-chaos',
  GRACE_MS: String(CHAOS_LIMITS.graceMs),
  LEASE_MS: String(CHAOS_LIMITS.leaseMs),
  RETAIN_MS: String(CHAOS_LIMITS.retainMs),
  UPSTREAM_IDLE_MS: '5000',
  RUN_MAX_MS: '30000',
  DRAIN_MS: '300',
  WINDOW_CHARS: '2048',
  FRAME_MS: '20',
  // One session stands for hundreds of people.
  MAX_RUNS_PER_OWNER: '1000',
  STARTS_PER_MINUTE: '100000',
  ...ONE_ADDRESS,
  SUBSCRIPTIONS_PER_MINUTE: '100000',
  ACKS_PER_MINUTE: '100000',
  MAX_STREAMS_PER_OWNER: '10000',
}

/** What is wrong, by run, with all there is to find out why. */
export function judge(stories: readonly Story[], requests: readonly RequestRecord[]): object[] {
  return stories.flatMap((story) => {
    const records = requests.filter(({ prompt }) => prompt === story.plan.name)
    const problems = problemsOf(story, records, CHAOS_LIMITS)
    if (problems.length === 0) return []
    const upstream = records.map(({ status, outcome, text, thinking, endedAt = 0 }) => ({
      status,
      outcome,
      text: text.length,
      thinking: thinking.length,
      endedAfter: endedAt - story.goneAt,
    }))
    const { plan, restarted, unconfirmed } = story
    const sights = story.sights.map(({ snapshot }) => briefly(snapshot))
    return [{ problems, plan, sights, upstream, restarted, unconfirmed }]
  })
}
