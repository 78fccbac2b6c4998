import { advance, isTerminal, parsePosition, parseRunEvent, type ReceivedEvent } from '@sluice/events'
import { backoffMs } from './backoff.ts'
import { newId } from './new-id.ts'
import type { PageClock } from './page-clock.ts'
import type { CallError, RunsApi } from './runs-api.ts'
import { isRefusal } from './server-error.ts'

/** After this many subscriptions in a row that bring no valid event, following fails. */
const MAX_BROKEN = 5
/**
 * An EventSource has no connect timeout: packets may be lost, or a proxy accepts the connection and sends nothing. Each
 * attempt gets this much more time than the one before, because the network may only be slow. In ms.
 */
const CONNECT_TIMEOUT_MS = 5000
const MAX_CONNECT_TIMEOUT_MS = 20_000

/** Why a run cannot be followed any further. `code` is the server's error code, or `unreadable`. */
export interface RunFailure {
  readonly code: string
  readonly message: string
  readonly retryable: boolean
}

export interface FollowOptions {
  runId: string
  /** The position to start from. */
  after: number
  runs: Pick<RunsApi, 'events' | 'ack'>
  clock: PageClock
  /**
   * The server has opened this reader, which lasts while the connection is `open`. Each subscription is a new reader,
   * so that the end of an old one does not affect the new one.
   */
  onReader(readerId: string): void
  /** Called for every event, once and in order. */
  onEvent(event: ReceivedEvent): void
  /** `retryInMs`: time until the next attempt, while nothing else happens. */
  onConnection(connection: 'connecting' | 'open' | 'reconnecting', retryInMs?: number): void
  onGap(): void
  onFailure(failure: RunFailure): void
}

/**
 * Follows a run from a position to its end, over any number of connections. Positions must be contiguous: known events
 * are dropped, and after a gap it subscribes again from its position. It reconnects after a lost connection without
 * limit, unless the server refuses its caller.
 */
export function followRun(options: FollowOptions): { stop(): void } {
  const { runId, runs, clock } = options
  let received = options.after
  // Both count since the last new event.
  let losses = 0
  let brokenInRow = 0
  let wasOpen = false
  let isOpen = false
  let isOver = false
  // Callbacks of an old subscription may still arrive (tRPC completes on unsubscribe), and are ignored.
  let current = 0
  let unsubscribe: (() => void) | undefined
  let cancelTimer: (() => void) | undefined

  subscribe()
  return { stop: end }

  function subscribe() {
    const own = ++current
    const isCurrent = () => own === current
    const readerId = newId()
    isOpen = false
    options.onConnection(wasOpen ? 'reconnecting' : 'connecting')
    cancelTimer = clock.after(Math.min(CONNECT_TIMEOUT_MS * (losses + 1), MAX_CONNECT_TIMEOUT_MS), () =>
      lost(readerId),
    )
    const subscription = runs.events.subscribe(
      { runId, readerId, ...(received > 0 && { lastEventId: String(received) }) },
      {
        onData: ({ id, data }) => isCurrent() && receive(id, data),
        onError: (error) => isCurrent() && failed(error, readerId),
        // Only a terminal event is an end. A stream that just stops is not.
        onComplete: () => isCurrent() && broken(),
        onConnectionStateChange: ({ state, error }) => {
          if (!isCurrent()) return
          if (state === 'pending') opened(readerId)
          // The server failed, and the EventSource would retry every 3 s forever.
          else if (error?.data) broken()
          // The EventSource would reconnect after 3 s, when the run's grace may be over.
          else if (error) lost(readerId)
        },
      },
    )
    if (isCurrent()) unsubscribe = () => subscription.unsubscribe()
    else subscription.unsubscribe()
  }

  function opened(readerId: string) {
    wasOpen = true
    isOpen = true
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
    brokenInRow = 0
    if (isTerminal(event)) end()
    options.onEvent(event)
  }

  function failed(error: CallError, readerId: string) {
    if (!error.data || error.data.code === 'SERVICE_UNAVAILABLE') lost(readerId)
    else if (error.data.retryAfterMs !== undefined) retryIn(error.data.retryAfterMs)
    else giveUp({ code: error.data.code, message: error.message, retryable: true })
  }

  function lost(readerId: string) {
    losses++
    if (!isOpen) void giveUpIfRefused(readerId)
    retryIn(backoffMs(losses))
  }

  /** To an EventSource, a 401 is a lost connection. A call shows its status, and an ack of nothing has no effect. */
  async function giveUpIfRefused(readerId: string) {
    try {
      await runs.ack.mutate({ runId, readerId, position: 0 })
    } catch (error) {
      if (!isRefusal(error) || isOpen || isOver) return
      const code = error.data?.code
      if (code === 'UNAUTHORIZED' || code === 'FORBIDDEN')
        giveUp({ code, message: error.message, retryable: true })
    }
  }

  function broken() {
    brokenInRow++
    if (brokenInRow <= MAX_BROKEN) retryIn(brokenInRow === 1 ? 0 : backoffMs(brokenInRow))
    else
      giveUp({ code: 'unreadable', message: 'The stream of this answer could not be read.', retryable: true })
  }

  function retryIn(delay: number) {
    leave()
    options.onConnection(wasOpen ? 'reconnecting' : 'connecting', delay)
    cancelTimer = clock.after(delay, subscribe)
  }

  function giveUp(failure: RunFailure) {
    end()
    options.onFailure(failure)
  }

  function end() {
    isOver = true
    leave()
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
    // An invalid event is handled as a missing one.
    return undefined
  }
}
