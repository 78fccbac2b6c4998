import { continueView, EMPTY_RUN_VIEW, reduceRun, type RunView } from '@sluice/events'
import type { Message } from '../api.ts'
import type { RunTimes } from './run-times.ts'

type Answer = Extract<Message, { role: 'assistant' }>
export type AnswerRun = Answer['runs'][number]

/** A run as the server will have it. */
export function startingRun(runId: string, startedAt: string): AnswerRun {
  const unknown = {
    model: '',
    endedAt: null,
    events: [],
    usage: null,
    costUsd: null,
    leftOut: 0,
    decided: [],
  }
  return { runId, state: 'running', startedAt, ...unknown }
}

/** The view of an answer of these runs, of which each but the last has ended to be continued by the next. */
export function viewOfRuns(runs: readonly AnswerRun[]): RunView {
  return runs.reduce(
    (view, { events }, index) => events.reduce(reduceRun, index === 0 ? view : continueView(view)),
    EMPTY_RUN_VIEW,
  )
}

export function timesOfRun(run: AnswerRun | undefined): RunTimes {
  if (!run) return {}
  const askedAt = Date.parse(run.startedAt)
  return { askedAt, ...(run.endedAt !== null && { endedAt: Date.parse(run.endedAt) }) }
}

/** The runs with which answers go on of which the server has not told yet, by the answer's id. */
export type NextRuns = ReadonlyMap<string, readonly AnswerRun[]>

/** The message with the runs of it that the server has not told of yet. */
export function withNextRuns(message: Message, nextRuns: NextRuns): Message {
  if (message.role === 'user') return message
  const added = (nextRuns.get(message.messageId) ?? []).filter((next) =>
    message.runs.every(({ runId }) => runId !== next.runId),
  )
  return added.length === 0 ? message : { ...message, runs: [...message.runs, ...added] }
}
