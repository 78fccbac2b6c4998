import type { StoredToolCall } from '@sluice/db'
import { isTerminal, type RunEvent } from '@sluice/events'
import { isOpen, resultOf } from './tool-results.ts'

/** A run of an answer, in the order in which they were started. */
interface AnswerEvents {
  readonly runId: string
  /** All events of a run that has ended; none of one that is running. */
  readonly events: readonly RunEvent[]
}

/** By a person. */
export interface DecidedCall {
  readonly callId: string
  readonly approved: boolean
}

/**
 * Adds what is stored of the calls of an answer to the events of its runs, where these lack it: a process may have died
 * before it wrote them, and the conversation may have gone on without a decision.
 */
export function withStoredCalls<R extends AnswerEvents>(
  runs: readonly R[],
  calls: readonly StoredToolCall[],
): (R & { readonly decided: readonly DecidedCall[] })[] {
  const callsOf = (run: R | undefined) => calls.filter(({ runId }) => runId === run?.runId)
  return runs.map((run, i) => {
    const own = callsOf(run)
    const waits = own.some(isOpen)
    // A run executes what the one before it waited for.
    const before = i === 0 ? undefined : runs[i - 1]
    const executed = [...callsOf(before), ...(waits || i < runs.length - 1 ? [] : own)]
    const logged = [...(before?.events ?? []), ...run.events]
    const missing = executed.flatMap((call) => missingEvents(call, logged))
    return {
      ...run,
      events: run.events.length > 0 ? beforeEnd(run.events, missing) : [],
      decided: own.flatMap(decisionOf),
    }
  })
}

function decisionOf({ id: callId, approved }: StoredToolCall): DecidedCall[] {
  return approved === null ? [] : [{ callId, approved }]
}

function missingEvents(call: StoredToolCall, logged: readonly RunEvent[]): RunEvent[] {
  const { id: callId, ok, startedAt } = call
  const known = logged.filter((event) => 'callId' in event && event.callId === callId)
  if (known.some(({ type }) => type === 'tool_result')) return []
  if (ok === null && startedAt !== null) return [{ type: 'tool_state', callId, state: 'running' }]
  const waited = known.some((event) => event.type === 'tool_state' && event.state === 'waiting')
  const end = logged.at(-1)
  const isInterrupted = end?.type === 'error' && end.code === 'interrupted'
  // Otherwise the view says at the end of the run that it was not executed.
  if (ok === null && !waited && !isInterrupted) return []
  return [{ type: 'tool_result', callId, ...resultOf(call) }]
}

function beforeEnd(events: readonly RunEvent[], added: readonly RunEvent[]): RunEvent[] {
  return [...events.filter((event) => !isTerminal(event)), ...added, ...events.filter(isTerminal)]
}
