import {
  EMPTY_RUN_VIEW,
  isTerminal,
  reduceRun,
  type RunEvent,
  type RunView,
  type UnknownEvent,
} from '@sluice/events'
import { type Acker, createAcker } from './acker.ts'
import { createCommitScheduler } from './commit-scheduler.ts'
import { followRun, type RunFailure } from './follow-run.ts'
import { createInbox } from './inbox.ts'
import { type PageClock, pageClock } from './page-clock.ts'
import type { RunAck, RunSource } from './run-source.ts'

export interface RunSnapshot {
  readonly view: RunView
  readonly connection: 'connecting' | 'open' | 'reconnecting' | 'closed'
  /** Set when the run can no longer be followed; `view.error` is what the run itself says. */
  readonly failure: RunFailure | undefined
  readonly commits: number
  readonly gaps: number
  readonly reconnects: number
  /** How often an earlier part of this answer was found again: after a lost connection, or a reload. */
  readonly resumes?: number
  /** While nothing happens before the next attempt to connect: when that is, on the page's clock. */
  readonly retryAt?: number | undefined
  readonly acked: number
}

/** How far each stage of this page's end has come, as positions. */
export interface RunFlow {
  readonly received: number
  readonly rendered: number
  readonly acked: number
  /** Events that arrived over the network. */
  readonly frames: number
}

export interface RunStore {
  readonly getSnapshot: () => RunSnapshot
  readonly subscribe: (listener: () => void) => () => void
  /** Follows the run from what this store already has; does nothing when connected, or at the run's end. */
  readonly connect: () => void
  /** Leaves no timer, listener or subscription behind. `connect` goes on from here. */
  readonly close: () => void
  /** Everything up to `position` is on the page, and may be acknowledged. */
  readonly rendered: (position: number) => void
  /** Ends what never became a run, or cannot be one any more. */
  readonly fail: (failure: RunFailure) => void
  readonly flow: () => RunFlow
}

export interface RunStoreOptions {
  runId: string
  /** What an earlier page had already received. Default: nothing. */
  initial?: RunView
  source: RunSource
  ack: RunAck
  clock?: PageClock
  /** Shows at most this many characters a second; read at every commit. Default: no limit. */
  charsPerSecond?: (() => number) | undefined
}

/** Nothing more will come of this run. */
export function isOver({ view, failure }: RunSnapshot): boolean {
  return failure !== undefined || view.status === 'done' || view.status === 'failed'
}

/**
 * One run as the page sees it. Events are received at once and shown in commits, one for each frame of the server
 * where the device keeps up: a commit reduces the events that wait into one new snapshot, up to as much new text as
 * can be rendered quickly. The first thinking, the first text, the end and failures are shown at once.
 */
export function createRunStore(options: RunStoreOptions): RunStore {
  const { runId, initial = EMPTY_RUN_VIEW, source, ack, clock = pageClock, charsPerSecond } = options
  const listeners = new Set<() => void>()
  const inbox = createInbox()
  const scheduler = createCommitScheduler({ clock, commit, charsPerSecond })
  const urgent = new Set<string>(['thinking', 'text'])
  let received = initial.position
  let rendered = 0
  let frames = 0
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

  /** Of all readers: a new one starts again from nothing, but what has been rendered stays so. */
  function acked(): number {
    return Math.max(snapshot.acked, acker?.acked() ?? 0)
  }

  function publish(change: Partial<RunSnapshot>) {
    snapshot = { ...snapshot, ...change, acked: acked() }
    for (const listener of listeners) listener()
  }

  function connect() {
    if (disconnect || isOver(snapshot)) return
    const forgetVisible = clock.onVisible(scheduler.scheduleUrgent)
    let follower: { stop(): void } | undefined
    disconnect = () => {
      forgetVisible()
      follower?.stop()
    }
    follower = followRun({
      runId,
      after: received,
      source,
      clock,
      onReader(readerId) {
        acker?.stop()
        acker = createAcker({
          clock,
          rendered,
          send: (position) => ack({ runId, readerId, position }),
        })
      },
      onEvent: receive,
      onConnection(connection, retryInMs) {
        if (connection !== 'open') acker?.stop()
        const retryAt = retryInMs === undefined ? undefined : clock.now() + retryInMs
        if (connection === snapshot.connection && retryAt === snapshot.retryAt) return
        const lost = snapshot.connection === 'open' && connection === 'reconnecting'
        const found = connection === 'open' && snapshot.connection !== 'open' && received > 0
        publish({
          connection,
          retryAt,
          reconnects: snapshot.reconnects + (lost ? 1 : 0),
          resumes: (snapshot.resumes ?? 0) + (found ? 1 : 0),
        })
      },
      onGap: () => publish({ gaps: snapshot.gaps + 1 }),
      onFailure: fail,
    })
    if (!inbox.isEmpty()) scheduler.schedule()
  }

  function receive(event: RunEvent | UnknownEvent, position: number) {
    received = position
    frames++
    inbox.push(event)
    if (event.type !== 'unknown' && isTerminal(event)) {
      // The server ended this reader with its last event: there is nobody left to acknowledge to.
      acker?.stop()
      scheduler.scheduleUrgent()
    } else if (urgent.delete(event.type)) scheduler.scheduleUrgent()
    else scheduler.schedule()
  }

  function commit() {
    const events = inbox.take(scheduler.chars())
    if (events.length === 0) return
    const change = { view: events.reduce(reduceRun, snapshot.view), commits: snapshot.commits + 1 }
    if (isOver({ ...snapshot, ...change })) {
      close()
      publish(change)
      return
    }
    publish(change)
    if (!inbox.isEmpty()) scheduler.schedule()
  }

  function fail(failure: RunFailure) {
    // What had arrived is still part of the answer.
    while (!inbox.isEmpty()) commit()
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
    fail,
    flow: () => ({ received, rendered, acked: acked(), frames }),
  }
}
