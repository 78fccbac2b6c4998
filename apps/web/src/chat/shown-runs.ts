import { createRunStore, type PageClock, type RunsApi, type RunStore } from '@sluice/client'
import { continueView, type RunView } from '@sluice/events'
import type { Message } from '../api.ts'
import { type AnswerRun, timesOfRun, viewOfRuns } from './answer-runs.ts'
import { type RunTimes, watchTimes } from './run-times.ts'
import type { Turn } from './turn.ts'

export const UNREACHABLE = {
  code: 'unreachable',
  message: 'The server cannot be reached.',
  retryable: true,
}
export const NEVER_STARTED = { code: 'stopped', message: 'Stopped before it began.', retryable: true }

interface ShownRun {
  readonly run: RunStore
  /** Undefined where this page has not asked for the run. */
  readonly times: (() => RunTimes) | undefined
}

/** The run stores of the answers that were shown. The one of an answer's last run has the view of the whole answer. */
export function createShownRuns(options: {
  runs: RunsApi
  clock: PageClock
  charsPerSecond: (() => number) | undefined
}) {
  const shown = new Map<string, ShownRun>()

  /** @param asked When this page has asked for it, and what it knows of earlier runs. */
  function add(runId: string, initial: RunView, asked: RunTimes | undefined): ShownRun {
    const run = createRunStore({ runId, initial, ...options })
    const added = { run, times: asked && watchTimes(run, asked) }
    shown.set(runId, added)
    return added
  }

  return {
    /** @param isAsked The page has asked for the answer, and the server has not told of it. */
    of(answer: Extract<Message, { role: 'assistant' }>, isAsked: boolean): Pick<Turn, 'run' | 'times'> {
      const latest = answer.runs.at(-1)
      const runId = latest?.runId ?? answer.messageId
      const known = shown.get(runId)
      const { run, times } =
        known && (isAsked || !isGivenUp(known.run, latest))
          ? known
          : add(runId, viewOfRuns(answer.runs), isAsked ? { askedAt: Date.now() } : undefined)
      return { run, times: times ?? (() => timesOfRun(latest)) }
    },
    /** Has an answer go on with another run. */
    continueWith(runId: string, { run, times }: Turn) {
      const { parts = [] } = times()
      add(runId, continueView(run.getSnapshot().view), { askedAt: Date.now(), parts })
    },
    get: (runId: string) => shown.get(runId)?.run,
    /** Forgets a run, which is shown anew. Returns how to undo that. */
    forget(runId: string): () => void {
      const before = shown.get(runId)
      shown.delete(runId)
      return () => {
        shown.delete(runId)
        if (before) shown.set(runId, before)
      }
    },
  }
}

/** Whether this page has given up a run that the server has, or that has ended there. It is shown as the server has it. */
function isGivenUp(run: RunStore, stored: AnswerRun | undefined): boolean {
  const { failure } = run.getSnapshot()
  const hasEnded = stored?.state !== 'running'
  return failure !== undefined && (hasEnded || failure === UNREACHABLE || failure === NEVER_STARTED)
}
