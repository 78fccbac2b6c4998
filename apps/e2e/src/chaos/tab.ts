import {
  createLinks,
  createRunStore,
  createStartOnce,
  isForgotten,
  isOver,
  newId,
  type RunSnapshot,
} from '@sluice/client'
import type { AppRouter } from '@sluice/server'
import { createTRPCClient } from '@trpc/client'
import { createTabClock } from './tab-clock.ts'

/** What a page stores of a run, for a reload or a second tab. */
export interface Kept {
  readonly runId: string
  readonly view: RunSnapshot['view'] | undefined
}

/** A tab without a screen: the page's own client, run store, acks and retries. */
export interface Tab {
  snapshot(): RunSnapshot
  /** Whether the server has confirmed the run. */
  confirmed(): boolean
  /** How many different ends this tab has shown. */
  ends(): number
  /** Resolves when the answer has reached this position, or has ended. */
  reaches(position: number): Promise<void>
  stop(): void
  /** Closes the tab and everything it was doing. */
  close(): void
  /** What it has stored: the answer so far, or only the run id. */
  keep(what: 'all' | 'nothing'): Kept
}

/** Opens a tab that asks a question, or one that continues from what another tab has stored. */
export function openTab(from: { prompt: string } | Kept): Tab {
  const clock = createTabClock()
  const client = createTRPCClient<AppRouter>({ links: createLinks({ url: '/trpc' }) })
  const startOnce = createStartOnce(
    { start: client.chat.start.mutate, epoch: async () => (await client.models.list.query()).epoch },
    clock,
  )
  const { runId, view } = 'prompt' in from ? { runId: newId(), view: undefined } : from
  const run = createRunStore({
    runId,
    runs: client.runs,
    clock,
    ...(view && { initial: structuredClone(view) }),
  })
  const unwanted = new AbortController()
  const listeners = new Set<() => void>()
  const ends = new Set<string>()
  let confirmed = false
  const forget = run.subscribe(() => {
    const now = run.getSnapshot()
    run.rendered(now.view.position)
    if (isOver(now)) ends.add(JSON.stringify([now.view, now.failure]))
    for (const listener of listeners) listener()
  })

  function start() {
    confirmed = true
    // As the page does with what it has kept: it is rendered before the run is followed.
    run.rendered(run.getSnapshot().view.position)
    run.connect()
  }

  function requestStop() {
    // Refused when there is nothing left to stop.
    run.stop().catch(() => {})
  }

  async function ask(prompt: string) {
    const messages = [{ role: 'user' as const, content: prompt }]
    const end = await startOnce({ runId, messages }, unwanted.signal)
    const isUnwanted = unwanted.signal.aborted
    if (isUnwanted && (end.type === 'started' || end.type === 'unanswered')) requestStop()
    if (end.type !== 'started') {
      const refusal = end.type === 'refused' && (isForgotten(end.error) ? 'forgotten' : 'refused to start')
      const code = isUnwanted ? 'stopped' : refusal || 'unreachable'
      run.fail({ code, message: 'The run was not started.', retryable: true })
    }
    if (!isOver(run.getSnapshot())) start()
  }

  if ('prompt' in from) void ask(from.prompt)
  else start()

  return {
    snapshot: run.getSnapshot,
    confirmed: () => confirmed,
    ends: () => ends.size,
    reaches: (position) =>
      new Promise((resolve) => {
        const look = () => {
          const now = run.getSnapshot()
          if (now.view.position < position && !isOver(now)) return
          listeners.delete(look)
          resolve()
        }
        listeners.add(look)
        look()
      }),
    stop() {
      if (confirmed) requestStop()
      else unwanted.abort()
    },
    close() {
      forget()
      run.close()
      clock.stop()
    },
    keep: (what) => ({ runId, view: what === 'all' ? run.getSnapshot().view : undefined }),
  }
}
