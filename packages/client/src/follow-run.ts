import { advance, isTerminal, parsePosition, parseRunEvent, type ReceivedEvent } from '@sluice/events'
import { backoffMs } from './backoff.ts'
import { newId } from './new-id.ts'
import type { PageClock } from './page-clock.ts'
import type { CallError, RunsApi } from './runs-api.ts'

/** Subscriptions in a row that bring nothing but nonsense before the run is given up, visibly. */
const MAX_FRUITLESS = 5
/**
 * A connect has no timeout of its own: its packets may go nowhere, or a proxy accepts it and then says nothing.
 * Each attempt is given this much longer than the one before, for a network may also just be slow.
 */
const CONNECT_PATIENCE_MS = 5000
const MAX_CONNECT_PATIENCE_MS = 20_000

/** Why an answer cannot be followed any further. `code` is the server's, or `unreadable`. */
export interface RunFailure {
  readonly code: string
  readonly message: string
  readonly retryable: boolean
}

export interface FollowOptions {
  runId: string
  /** The position to follow on from. */
  after: number
  runs: Pick<RunsApi, 'events'>
  clock: PageClock
  /**
   * The server has this reader from now on, until the connection is anything but open. Each subscription is a reader
   * of its own, so that the end of an old one cannot touch the new one.
   */
  onReader(readerId: string): void
  /** Every event once and in order. */
  onEvent(event: ReceivedEvent): void
  /** `retryInMs`: nothing happens before the next attempt, so long from now. */
  onConnection(connection: 'connecting' | 'open' | 'reconnecting', retryInMs?: number): void
  onGap(): void
  onFailure(failure: RunFailure): void
}

/**
 * Follows a run from a position until its end, whatever happens to the connection. Positions must be
 * contiguous: what is already known is dropped, and after a gap it subscribes again from where it stands.
 * A lost connection is made again for as long as it takes.
 */
export function followRun(options: FollowOptions): { stop(): void } {
  const { runId, runs, clock } = options
  let received = options.after
  // Since the last event that was new.
  let losses = 0
  let fruitless = 0
  let wasOpen = false
  // Callbacks of a subscription that was left still arrive (tRPC completes on unsubscribe); they are not ours.
  let current = 0
  let unsubscribe: (() => void) | undefined
  let cancelTimer: (() => void) | undefined

  subscribe()
  return { stop: leave }

  function subscribe() {
    const mine = ++current
    const isMine = () => mine === current
    const readerId = newId()
    options.onConnection(wasOpen ? 'reconnecting' : 'connecting')
    cancelTimer = clock.after(Math.min(CONNECT_PATIENCE_MS * (losses + 1), MAX_CONNECT_PATIENCE_MS), lost)
    const subscription = runs.events.subscribe(
      { runId, readerId, ...(received > 0 && { lastEventId: String(received) }) },
      {
        onData: ({ id, data }) => isMine() && receive(id, data),
        onError: (error) => isMine() && failed(error),
        // A stream that just stops is no end: only a terminal event is.
        onComplete: () => isMine() && broken(),
        onConnectionStateChange: ({ state, error }) => {
          if (!isMine()) return
          if (state === 'pending') opened(readerId)
          // The server failed, and the EventSource would come back to it every 3 s for ever.
          else if (error?.data) broken()
          // The EventSource would come back after 3 s, and may find that the run's grace is over.
          else if (error) lost()
        },
      },
    )
    if (isMine()) unsubscribe = () => subscription.unsubscribe()
    else subscription.unsubscribe()
  }

  function opened(readerId: string) {
    wasOpen = true
    cancelTimer?.()
    options.onReader(readerId)
    options.onConnection('open')
  }

  function receive(id: string, data: unknown) {
    const position = parsePosition(id)
    if (position !== undefined && position <= received) return
    const event = parse(data)
    if (!event || advance(received, event) !== position) {
      options.onGap()
      broken()
      return
    }
    received = position
    losses = 0
    fruitless = 0
    if (isTerminal(event)) leave()
    options.onEvent(event)
  }

  function failed(error: CallError) {
    if (!error.data || error.data.code === 'SERVICE_UNAVAILABLE') lost()
    else if (error.data.retryAfterMs !== undefined) again(error.data.retryAfterMs)
    else giveUp({ code: error.data.code, message: error.message, retryable: true })
  }

  function lost() {
    losses++
    again(backoffMs(losses))
  }

  function broken() {
    fruitless++
    if (fruitless <= MAX_FRUITLESS) again(fruitless === 1 ? 0 : backoffMs(fruitless))
    else
      giveUp({ code: 'unreadable', message: 'The stream of this answer could not be read.', retryable: true })
  }

  function again(delay: number) {
    leave()
    options.onConnection(wasOpen ? 'reconnecting' : 'connecting', delay)
    cancelTimer = clock.after(delay, subscribe)
  }

  function giveUp(failure: RunFailure) {
    leave()
    options.onFailure(failure)
  }

  function leave() {
    current++
    cancelTimer?.()
    unsubscribe?.()
    unsubscribe = undefined
  }
}

function parse(data: unknown): ReceivedEvent | undefined {
  try {
    return parseRunEvent(data)
  } catch {
    // Not an event at all: the same as one that is missing.
    return undefined
  }
}
