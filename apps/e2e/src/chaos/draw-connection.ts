import type { ConnectionPlan } from '../fault-proxy/connection-plan.ts'
import type { Random } from '../random.ts'

/** Between a browser and the server: every fault of networks and proxies. */
export function browserSidePlan(random: Random): ConnectionPlan {
  return random.weighted<() => ConnectionPlan>([
    [25, () => ({ kind: 'pass' })],
    [28, () => ({ kind: 'reset', afterBytes: somewhere(random) })],
    [14, () => ({ kind: 'fin', afterBytes: somewhere(random) })],
    [5, () => halfOpen(random, ['up', 'down', 'both'])],
    [8, () => ({ kind: 'trickle', bytes: random.spread(100, 2000) })],
    [8, () => ({ kind: 'delay', ms: random.int(20, 200) })],
    [12, () => ({ kind: 'answer', status: random.pick([502, 503, 200, 204] as const) })],
  ])()
}

/**
 * Between the server and Claude. Connections are reused, so after a while only healthy ones would be left. That is why
 * healthy ones end here too.
 */
export function upstreamSidePlan(random: Random): ConnectionPlan {
  return random.weighted<() => ConnectionPlan>([
    [50, () => ({ kind: 'fin', afterBytes: random.spread(100_000, 1_000_000) })],
    [16, () => ({ kind: 'reset', afterBytes: random.int(0, 150_000) })],
    [8, () => ({ kind: 'fin', afterBytes: random.int(0, 150_000) })],
    // A close always reaches Claude, because the checks compare when the request to Claude ended.
    [6, () => halfOpen(random, ['down'])],
    [5, () => ({ kind: 'trickle', bytes: random.spread(100, 4000) })],
    [5, () => ({ kind: 'delay', ms: random.int(10, 50) })],
    [4, () => ({ kind: 'answer', status: random.pick([502, 503, 200] as const) })],
  ])()
}

/** An offset in the headers, or in the body. */
function somewhere(random: Random): number {
  return random.chance(0.2) ? random.int(0, 900) : random.int(900, 8000)
}

/** Longer than lease, grace and the slack for a busy machine together, so only the server's own limits can end the run in time. */
export const VANISHED_MS = 45_000

function halfOpen(random: Random, directions: readonly ('up' | 'down' | 'both')[]): ConnectionPlan {
  return {
    kind: 'half-open',
    afterBytes: somewhere(random),
    blocked: random.pick(directions),
    // Most end within the page's inactivity limit of 15 s; some do not.
    holdMs: random.chance(0.7) ? random.int(500, 4000) : VANISHED_MS,
  }
}
