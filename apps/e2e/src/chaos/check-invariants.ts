import type { RequestRecord } from '@sluice/claude-sim'
import { isOver } from '@sluice/client'
import type { Observation, Trial } from './run-trial.ts'

export interface Limits {
  readonly graceMs: number
  readonly leaseMs: number
  readonly retainMs: number
}

/** Extra time for a busy machine, and for a close on its way through a slow proxy. */
const SLACK_MS = 5000

/** The violated invariants of each trial, with the evidence to investigate; empty when all hold. */
export function checkInvariants(
  trials: readonly Trial[],
  requests: readonly RequestRecord[],
  limits: Limits,
): object[] {
  return trials.flatMap((trial) => {
    const records = requests.filter(({ prompt }) => prompt === trial.plan.name)
    const problems = problemsOf(trial, records, limits)
    if (problems.length === 0) return []
    const upstream = records.map(({ status, outcome, text, thinking, endedAt = 0 }) => ({
      status,
      outcome,
      text: text.length,
      thinking: thinking.length,
      endedAfter: endedAt - trial.leftAt,
    }))
    const { plan, restarted, unconfirmed } = trial
    const observations = trial.observations.map(({ snapshot }) => briefly(snapshot))
    return [{ problems, plan, observations, upstream, restarted, unconfirmed }]
  })
}

/** A snapshot without its text, short enough to print. */
export function briefly(snapshot: Observation['snapshot']): object {
  const { view, connection, failure, gaps, reconnects, acked } = snapshot
  const { status, position, stopReason, error } = view
  return { status, position, acked, stopReason, error, failure, connection, gaps, reconnects }
}

/** Compares a trial with the records of its requests to Claude. */
function problemsOf(trial: Trial, records: readonly RequestRecord[], limits: Limits): string[] {
  const problems: string[] = []
  // A response with an error status is free and may be retried. Any other may have been billed.
  const paid = records.filter(({ status }) => status < 400)
  if (paid.length > 1) problems.push(`${paid.length} paid requests`)
  for (const { outcome, endedAt = Number.POSITIVE_INFINITY } of records) {
    const late = endedAt - trial.leftAt - limits.graceMs - limits.leaseMs
    if (late > SLACK_MS) problems.push(`upstream (${outcome}) went on ${late} ms longer than lease and grace`)
  }
  for (const observation of trial.observations)
    problems.push(...problemsOfObservation(observation, { trial, records, paid, limits }))
  if (trial.observations.length === 0) problems.push('no tab observed anything')
  return problems
}

interface Evidence {
  readonly trial: Trial
  /** Every request of the run to Claude. */
  readonly records: readonly RequestRecord[]
  /** Those that Claude accepted. */
  readonly paid: readonly RequestRecord[]
  readonly limits: Limits
}

function problemsOfObservation({ snapshot, ends }: Observation, evidence: Evidence): string[] {
  const problems: string[] = []
  const { view, gaps } = snapshot
  const { plan } = evidence.trial
  const sent = evidence.paid.at(-1)
  const over = isOver(snapshot)
  if (gaps > 0) problems.push(`${gaps} gaps in the positions`)
  if (ends !== (over ? 1 : 0))
    problems.push(`${ends} ends, ${over ? 'not one' : 'though it was closed before the end'}`)
  if (!over && plan.actions.length === 0) problems.push('no end')
  if (!(sent?.text ?? '').startsWith(view.text)) problems.push('the text is not a prefix of what was sent')
  if (!(sent?.thinking ?? '').startsWith(view.thinking))
    problems.push('the thinking is not a prefix of what was sent')
  if (view.status === 'done' && view.stopReason !== 'stopped') {
    // This fault comes after Claude has sent the stop reason.
    const unterminated = sent?.outcome === 'faulted' && plan.directive.includes('fault=unterminated')
    if (sent?.outcome !== 'completed' && !unterminated)
      problems.push(`done, though upstream was ${sent?.outcome}`)
    if (sent?.text !== view.text || sent.thinking !== view.thinking) problems.push('done, but incomplete')
  }
  const unexplained = unexplainedEnd(snapshot, evidence)
  if (unexplained !== undefined) problems.push(unexplained)
  return problems
}

/** Describes an end that nothing in the plan explains. */
function unexplainedEnd(
  { view, failure }: Observation['snapshot'],
  { trial, records, limits }: Evidence,
): string | undefined {
  const { plan, restarted, leftAt, unconfirmed } = trial
  const end = failure?.code ?? view.error?.code ?? view.stopReason
  const wasStopped = plan.actions.some(({ what }) => what === 'stop')
  const explained = (() => {
    switch (end) {
      case 'stopped':
        return wasStopped
      case 'interrupted':
      case 'forgotten':
        return restarted
      case 'NOT_FOUND':
        return (
          // Also one that Claude refused has expired by then.
          restarted ||
          unconfirmed ||
          records.some(({ endedAt = leftAt }) => leftAt - endedAt > limits.retainMs)
        )
      case 'refused':
        return plan.directive.includes('refusal')
      case 'auth':
        return plan.directive.includes('code=401')
      case 'invalid_request':
        return plan.directive.includes('code=400')
      case 'max_tokens':
        return plan.directive.includes('max_tokens')
      case 'end_turn':
      case 'abandoned':
      case 'overloaded':
      case 'rate_limited':
      case 'internal':
      case 'upstream_timeout':
      case 'upstream_interrupted':
      case undefined:
        return true
      default:
        return false
    }
  })()
  return explained ? undefined : `ended with ${end}, which nothing explains`
}
