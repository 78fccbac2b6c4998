import {
  EMPTY_RUN_VIEW,
  EventBuffer,
  hasEnded,
  isTerminal,
  type ReceivedEvent,
  reduceRun,
  type RunView,
} from '@sluice/events'
import { type Acker, createAcker } from './acker.ts'
import { createCommitScheduler } from './commit-scheduler.ts'
import { followRun, type RunFailure } from './follow-run.ts'
import { type PageClock, pageClock } from './page-clock.ts'
import { retry } from './retry.ts'
import type { RunsApi } from './runs-api.ts'

export interface RunSnapshot {
  readonly view: RunView
  readonly connection: 'connecting' | 'open' | 'reconnecting' | 'closed'
  /** Set when the run can no longer be followed. An error of the run itself is in `view.error`. */
  readonly failure: RunFailure | undefined
  readonly commits: number
  readonly gaps: number
  readonly reconnects: number
  /** Time of the next attempt to connect, on the page's clock; undefined while one is in progress or open. */
  readonly retryAt?: number | undefined
  readonly acked: number
}

/** The progress of each stage in this page, as positions. */
interface RunFlow {
  readonly received: number
  readonly rendered: number
  readonly acked: number
}

export interface RunStore {
  readonly runId: string
  readonly getSnapshot: () => RunSnapshot
  readonly subscribe: (listener: () => void) => () => void
  /** Follows the run from the store's position. Does nothing when connected, or after the run's end. */
  readonly connect: () => void
  /** Stops following, with all timers, listeners and subscriptions. `connect` goes on from here. */
  readonly close: () => void
  /** Call this when everything up to `position` is on the page. It may then be acknowledged. */
  readonly rendered: (position: number) => void
  /**
   * Tells the server to end the run, with retries. The end then arrives as an event. Rejects when the server refuses, as
   * for a run that is gone, or when it cannot be reached.
   */
  readonly stop: () => Promise<void>
  /** Ends the store with a failure, as when the run could not be started. */
  readonly fail: (failure: RunFailure) => void
  readonly flow: () => RunFlow
  /** The events of the latest commit, for what grows beside the view. */
  readonly latestEvents: () => readonly ReceivedEvent[]
}

export interface RunStoreOptions {
  runId: string
  /**
   * The view that an earlier page had received, or `continueView` of the run before it in the same answer. Default:
   * empty.
   */
  initial?: RunView
  /** `client.runs` of a tRPC client. */
  runs: RunsApi
  clock?: PageClock
  /** Shows at most this many characters a second; read at every commit. Default: no limit. */
  charsPerSecond?: (() => number) | undefined
}

/** Whether the run has ended or failed, so that no more events will arrive. */
export function isOver({ view, failure }: RunSnapshot): boolean {
  return failure !== undefined || hasEnded(view)
}

/**
 * The state of one run in a page. Received events wait for the next commit, which reduces them into one new snapshot,
 * with as much new text as can be rendered quickly. On a fast device there is one commit per frame of the server. The
 * first thinking, text, output and call of a tool, the end and failures are committed at once.
 */
export function createRunStore(options: RunStoreOptions): RunStore {
  const { runId, initial = EMPTY_RUN_VIEW, runs, clock = pageClock, charsPerSecond } = options
  const listeners = new Set<() => void>()
  // Events that are not shown yet. Flow control keeps them below one window.
  const inbox = new EventBuffer<ReceivedEvent>(initial.position)
  const scheduler = createCommitScheduler({ clock, commit: () => commit(), charsPerSecond })
  const urgent = new Set<string>(['thinking', 'text', 'json', 'tool_call'])
  let latestEvents: readonly ReceivedEvent[] = []
  let rendered = 0
  let acker: Acker | undefined
  let disconnect: (() => void) | undefined
  let snapshot: RunSnapshot = {
    view: initial,
    connection: 'connecting',
    failure: undefined,
    commits: 0,
    gaps: 0,
    reconnects: 0,
    acked: 0,
  }

  /** The maximum of all readers: a new one starts at 0. */
  function acked(): number {
    return Math.max(snapshot.acked, acker?.acked() ?? 0)
  }

  function publish(change: Partial<RunSnapshot>) {
    snapshot = { ...snapshot, ...change, acked: acked() }
    for (const listener of listeners) listener()
  }

  function connect() {
    if (disconnect || isOver(snapshot)) return
    const stopWatching = clock.onVisible(scheduler.scheduleUrgent)
    let follower: { stop(): void } | undefined
    disconnect = () => {
      stopWatching()
      follower?.stop()
    }
    follower = followRun({
      runId,
      after: inbox.end,
      runs,
      clock,
      onReader(readerId) {
        acker?.stop()
        acker = createAcker({
          clock,
          rendered,
          send: (position) => runs.ack.mutate({ runId, readerId, position }),
        })
      },
      onEvent: receive,
      onConnection(connection, retryInMs) {
        if (connection !== 'open') acker?.stop()
        const retryAt = retryInMs === undefined ? undefined : clock.now() + retryInMs
        if (connection === snapshot.connection && retryAt === snapshot.retryAt) return
        const lost = snapshot.connection === 'open' && connection === 'reconnecting'
        publish({ connection, retryAt, reconnects: snapshot.reconnects + (lost ? 1 : 0) })
      },
      onGap: () => publish({ gaps: snapshot.gaps + 1 }),
      onFailure: fail,
    })
    if (hasMore()) scheduler.schedule()
  }

  function hasMore(): boolean {
    return inbox.end > snapshot.view.position
  }

  function receive(event: ReceivedEvent) {
    inbox.append(event)
    if (isTerminal(event)) {
      // The server closed this reader with its last event, so acks would be ignored.
      acker?.stop()
      scheduler.scheduleUrgent()
    } else if (urgent.delete(event.type)) scheduler.scheduleUrgent()
    else scheduler.schedule()
  }

  function commit(chars = scheduler.chars()) {
    const entries = inbox.read(snapshot.view.position, chars)
    if (entries.length === 0) return
    latestEvents = entries.map(({ event }) => event)
    const view = latestEvents.reduce(reduceRun, snapshot.view)
    inbox.drop(view.position)
    const change = { view, commits: snapshot.commits + 1 }
    if (isOver({ ...snapshot, ...change })) {
      close()
      publish(change)
      return
    }
    publish(change)
    if (hasMore()) scheduler.schedule()
  }

  function fail(failure: RunFailure) {
    // Received events are still part of the answer.
    commit(Number.POSITIVE_INFINITY)
    if (isOver(snapshot)) return
    close()
    publish({ failure })
  }

  function close() {
    scheduler.cancel()
    acker?.stop()
    disconnect?.()
    disconnect = undefined
    snapshot = { ...snapshot, connection: 'closed', acked: acked() }
  }

  return {
    runId,
    getSnapshot: () => snapshot,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    connect,
    close,
    rendered(position) {
      rendered = Math.max(rendered, position)
      acker?.rendered(position)
    },
    async stop() {
      await retry(() => runs.stop.mutate({ runId }), { clock })
    },
    fail,
    latestEvents: () => latestEvents,
    flow: () => ({ received: inbox.end, rendered, acked: acked() }),
  }
}
