import {
  createLinks,
  createRunStore,
  createStartOnce,
  isOver,
  isRefusal,
  newId,
  retry,
  type RunSnapshot,
} from '@sluice/client'
import { continueView } from '@sluice/events'
import { createTypedRunStore } from '@sluice/client/typed'
import type { AppRouter } from '@sluice/server'
import { createTRPCClient } from '@trpc/client'
import { createTabClock } from './tab-clock.ts'

/** What a page stores of an answer, for a reload or a second tab. */
export interface Kept {
  /** The run that the question started. */
  readonly firstRunId: string
  /** The run that goes on after the last approval. */
  readonly runId: string
  readonly view: RunSnapshot['view'] | undefined
  readonly drafts?: boolean | undefined
}

export interface Question {
  readonly conversationId: string
  readonly parentId: string | null
  readonly prompt: string
  /** Whether it is a text to draft notes of, without a conversation. */
  readonly drafts?: boolean | undefined
}

/** Whether the person allows a call. Every tab answers the same. */
export type Decide = (callId: string) => boolean

/** With what an answer of structured output says, as a page shows it. */
export type TabSnapshot = RunSnapshot & { readonly partial?: unknown; readonly value?: unknown }

/** A tab without a screen: the page's own client, run store, acks, retries and decisions. */
export interface Tab {
  /** Of the answer so far, in all its runs. */
  snapshot(): TabSnapshot
  /** Whether the answer has ended, or waits for an approval that this tab does not give. */
  isOver(): boolean
  /** Whether the server has confirmed the run. */
  confirmed(): boolean
  /** How many different ends of the answer this tab has shown, if it has shown one for each run that an approval ended. */
  ends(): number
  /** Resolves when the answer has reached this position, counted through all its runs, or has ended. */
  reaches(position: number): Promise<void>
  stop(): void
  /** Closes the tab and everything it was doing. */
  close(): void
  /** Its stored data: the answer so far, or only the run id. */
  keep(what: 'all' | 'nothing'): Kept
}

/**
 * Opens a tab that asks a question, or one that continues from what another tab has stored. Without `decide` it leaves
 * calls that wait for an approval as they are.
 */
export function openTab(from: Question | Kept, decide?: Decide): Tab {
  const clock = createTabClock()
  const client = createTRPCClient<AppRouter>({ links: createLinks({ url: '/trpc' }) })
  const startOnce = createStartOnce(
    {
      start: (question: {
        conversationId: string
        runId: string
        parentId: string | null
        content: string
      }) =>
        from.drafts
          ? client.notes.draft.mutate({ runId: question.runId, text: question.content })
          : client.chat.send.mutate(question),
      ready: () => client.models.list.query(),
    },
    clock,
  )
  const unwanted = new AbortController()
  const listeners = new Set<() => void>()
  const firstRunId = 'prompt' in from ? newId() : from.firstRunId
  let confirmed = false
  let ends = new Set<string>()
  /** In the runs before this one. */
  let positions = 0
  let deciding = false
  let closed = false
  let forget = () => {}
  let run = createRun('prompt' in from ? firstRunId : from.runId, 'prompt' in from ? undefined : from.view)
  let shown = show()

  function createRun(runId: string, initial: RunSnapshot['view'] | undefined) {
    return createRunStore({
      runId,
      runs: client.runs,
      clock,
      ...(initial && { initial: structuredClone(initial) }),
    })
  }

  function show() {
    const store = from.drafts ? createTypedRunStore(run) : run
    const noteEnd = () => {
      const now = store.getSnapshot()
      if (isOver(now)) ends.add(JSON.stringify([now.view, now.failure]))
    }
    // A stored answer may have ended with an approval.
    noteEnd()
    forget = store.subscribe(() => {
      run.rendered(store.getSnapshot().view.position)
      noteEnd()
      if (waits() && !deciding) void goOn()
      for (const listener of listeners) listener()
    })
    return store
  }

  function waits() {
    return decide !== undefined && run.getSnapshot().view.stopReason === 'approval'
  }

  function follow() {
    confirmed = true
    // As on the page: the stored view is rendered before the run is followed.
    run.rendered(run.getSnapshot().view.position)
    run.connect()
    if (waits()) void goOn()
  }

  /** Decides about all calls at once, and follows the run that the last decision starts. */
  async function goOn() {
    deciding = true
    const { view } = run.getSnapshot()
    const waiting = view.parts.flatMap((part) =>
      part.type === 'tool' && part.state === 'waiting' ? part : [],
    )
    const runId = newId()
    const decisions = waiting.map(({ callId }) => {
      const decision = { callId, approve: decide?.(callId) ?? false, runId }
      return retry(() => client.tools.decide.mutate(decision), { isFinal: isRefusal, clock })
    })
    const results = await Promise.allSettled(decisions)
    if (closed) return
    const decided = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
    const [next] = decided.flatMap((result) => ('runId' in result ? result.runId : []))
    forget()
    run.close()
    deciding = false
    positions += view.position
    // Otherwise the count stays wrong.
    if (ends.size <= 1) ends = new Set()
    run = createRun(next ?? runId, continueView(view))
    shown = show()
    if (next === undefined) {
      const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
      const refusal = errors.find((error) => isRefusal(error))
      const code = refusal?.data?.code ?? 'unreachable'
      run.fail({ code, message: 'The decision was not taken.', retryable: true })
    } else follow()
  }

  function requestStop() {
    // Refused when there is nothing left to stop.
    run.stop().catch(() => {})
  }

  async function ask({ conversationId, parentId, prompt }: Question) {
    const question = { conversationId, runId: firstRunId, parentId, content: prompt }
    let end = await startOnce(question, unwanted.signal)
    // After a minute without an answer the page offers to try again, and a person does.
    if (end.type === 'unanswered' || end.type === 'unheard') end = await startOnce(question, unwanted.signal)
    const isUnwanted = unwanted.signal.aborted
    if (isUnwanted && (end.type === 'started' || end.type === 'unanswered')) requestStop()
    if (end.type !== 'started') {
      const refusal = end.type === 'refused' ? 'refused to start' : 'unreachable'
      const code = isUnwanted ? 'stopped' : refusal
      run.fail({ code, message: 'The run was not started.', retryable: true })
    }
    if (!isOver(run.getSnapshot())) follow()
  }

  if ('prompt' in from) void ask(from)
  else follow()

  return {
    snapshot: () => shown.getSnapshot(),
    isOver: () => isOver(run.getSnapshot()) && !waits(),
    confirmed: () => confirmed,
    ends: () => (waits() ? ends.size - 1 : ends.size),
    reaches: (position) =>
      new Promise((resolve) => {
        const check = () => {
          const now = run.getSnapshot()
          if (positions + now.view.position < position && (!isOver(now) || waits())) return
          listeners.delete(check)
          resolve()
        }
        listeners.add(check)
        check()
      }),
    stop() {
      if (confirmed) requestStop()
      else unwanted.abort()
    },
    close() {
      closed = true
      forget()
      run.close()
      clock.stop()
    },
    keep: (what) => ({
      firstRunId,
      drafts: from.drafts,
      ...(what === 'all'
        ? { runId: run.runId, view: run.getSnapshot().view }
        : { runId: firstRunId, view: undefined }),
    }),
  }
}
