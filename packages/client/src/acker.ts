import type { PageClock } from './page-clock.ts'

/** A quarter of the default window: the server hears of progress long before it has to pause. */
export const ACK_UNITS = 4096
/** Nothing new was rendered for this long: the server may be waiting for us, however small its window is. */
export const ACK_IDLE_MS = 250
/** An ack also renews the reader's lease, so one goes out even when there is nothing new to say. */
export const ACK_HEARTBEAT_MS = 8000
const ACK_RETRY_MS = 1000

export interface Acker {
  /** Everything up to `position` is on the page. */
  rendered(position: number): void
  /** What the server has been told for this reader. */
  acked(): number
  stop(): void
}

/**
 * Tells the server what has been rendered, with one request in flight at most. A lost ack is made good by the next.
 * One for each reader that the server has: it ignores the acks of others, and counts nothing as acknowledged for a
 * new one. So what is on the page already is said at once.
 */
export function createAcker(options: {
  clock: PageClock
  /** What is on the page already. */
  rendered: number
  send: (position: number) => Promise<unknown>
}): Acker {
  const { clock, send } = options
  let { rendered } = options
  let acked = 0
  let stopped = false
  let inFlight = false
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
    let delay = ACK_IDLE_MS
    try {
      await send(position)
      acked = Math.max(acked, position)
    } catch {
      delay = ACK_RETRY_MS
    }
    inFlight = false
    if (!stopped) consider(delay)
  }

  function consider(delay: number) {
    cancelIdle?.()
    if (rendered <= acked) return
    if (rendered - acked >= ACK_UNITS && delay === ACK_IDLE_MS) flush()
    else cancelIdle = clock.after(delay, flush)
  }

  return {
    acked: () => acked,
    rendered(position) {
      if (stopped || position <= rendered) return
      rendered = position
      if (!inFlight) consider(ACK_IDLE_MS)
    },
    stop() {
      stopped = true
      cancelIdle?.()
      cancelHeartbeat()
    },
  }
}
