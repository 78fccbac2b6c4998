import type { Random } from '../random.ts'

/** What becomes of one TCP connection. Bytes are counted from the target to the client. */
export type ConnectionPlan =
  | { readonly kind: 'pass' }
  /** RST, or FIN, in both directions, once so many bytes have passed. */
  | { readonly kind: 'reset' | 'fin'; readonly afterBytes: number }
  /** Both sockets stay open, but one direction, or both, arrives nowhere, closes included. In the end, RST. */
  | {
      readonly kind: 'half-open'
      readonly afterBytes: number
      readonly deaf: 'up' | 'down' | 'both'
      readonly holdMs: number
    }
  /** So many bytes one at a time, then as they come. */
  | { readonly kind: 'trickle'; readonly bytes: number }
  /** Every piece is late. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The target hears nothing; a proxy in front of it answers. */
  | { readonly kind: 'answer'; readonly status: keyof typeof PROXY_ANSWERS }

const page = (status: string, body: string) =>
  `HTTP/1.1 ${status}\r\ncontent-type: text/html\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`

/** What proxies, gateways and captive portals say when they have no answer. */
export const PROXY_ANSWERS = {
  502: page('502 Bad Gateway', '<html><h1>502 Bad Gateway</h1></html>'),
  503: page('503 Service Unavailable', '<html><h1>503 Service Unavailable</h1></html>'),
  200: page('200 OK', '<!doctype html><title>Welcome to our Wi-Fi</title>'),
  204: 'HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n',
} as const

/** Between a browser and the server: everything that networks and proxies do. */
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
 * Between the server and Claude. Connections are kept alive and carry one call after the other, so those that
 * work would soon be the only ones left: here they all end some day.
 */
export function upstreamSidePlan(random: Random): ConnectionPlan {
  return random.weighted<() => ConnectionPlan>([
    [50, () => ({ kind: 'fin', afterBytes: random.spread(100_000, 1_000_000) })],
    [16, () => ({ kind: 'reset', afterBytes: random.int(0, 150_000) })],
    [8, () => ({ kind: 'fin', afterBytes: random.int(0, 150_000) })],
    // Towards Claude a close always arrives: its end is what the runs are judged by.
    [6, () => halfOpen(random, ['down'])],
    [5, () => ({ kind: 'trickle', bytes: random.spread(100, 4000) })],
    [5, () => ({ kind: 'delay', ms: random.int(10, 50) })],
    [4, () => ({ kind: 'answer', status: random.pick([502, 503, 200] as const) })],
  ])()
}

/** In the headers, or in what follows them. */
function somewhere(random: Random): number {
  return random.chance(0.2) ? random.int(0, 900) : random.int(900, 8000)
}

/** Longer than lease, grace and the slack of a busy machine together: only the server's own limits end it in time. */
export const VANISHED_MS = 45_000

function halfOpen(random: Random, deaf: readonly ('up' | 'down' | 'both')[]): ConnectionPlan {
  return {
    kind: 'half-open',
    afterBytes: somewhere(random),
    deaf: random.pick(deaf),
    // Most are over before the page's own limit of 15 s; some are not.
    holdMs: random.chance(0.7) ? random.int(500, 4000) : VANISHED_MS,
  }
}
