import type { PageClock } from './page-clock.ts'

/** A quarter of the default window, so that an ack arrives long before the server has to pause. In code units. */
export const ACK_UNITS = 4096
/** When nothing new was rendered for this long, the rest is acknowledged, however little. In ms. */
export const ACK_IDLE_MS = 250
/** An ack also renews the reader's lease, so one is sent at least this often. In ms. */
export const ACK_HEARTBEAT_MS = 8000
const ACK_RETRY_MS = 1000

export interface Acker {
  /** Call this when everything up to `position` is on the page. */
  rendered(position: number): void
  /** The position that the server has confirmed for this reader. */
  acked(): number
  stop(): void
}

/**
 * Tells the server what has been rendered, with at most one request in flight. After a failed ack the next one is sent
 * a second later.
 *
 * Each reader of the server needs its own acker, because the server counts acks per reader. What is on the page already
 * is acknowledged at once.
 */
export function createAcker(options: {
  clock: PageClock
  /** The position up to which the page is rendered already. */
  rendered: number
  send: (position: number) => Promise<unknown>
}): Acker {
  const { clock, send } = options
  let { rendered } = options
  let acked = 0
  let stopped = false
  let inFlight = false
  /** The last ack failed, and the timer for the next one runs. */
  let retrying = false
  let cancelIdle: (() => void) | undefined
  let cancelHeartbeat = clock.after(ACK_HEARTBEAT_MS, flush)
  if (rendered > 0) flush()

  function flush() {
    cancelIdle?.()
    cancelHeartbeat()
    cancelHeartbeat = clock.after(ACK_HEARTBEAT_MS, flush)
    if (!inFlight) void deliver(rendered)
  }

  async function deliver(position: number) {
    inFlight = true
    retrying = false
    try {
      await send(position)
      acked = Math.max(acked, position)
    } catch {
      retrying = true
    }
    inFlight = false
    if (!stopped) scheduleNext()
  }

  function scheduleNext() {
    cancelIdle?.()
    if (rendered <= acked) return
    if (retrying) cancelIdle = clock.after(ACK_RETRY_MS, flush)
    else if (rendered - acked >= ACK_UNITS) flush()
    else cancelIdle = clock.after(ACK_IDLE_MS, flush)
  }

  return {
    acked: () => acked,
    rendered(position) {
      if (stopped || position <= rendered) return
      rendered = position
      if (!inFlight && !retrying) scheduleNext()
    },
    stop() {
      stopped = true
      cancelIdle?.()
      cancelHeartbeat()
    },
  }
}
