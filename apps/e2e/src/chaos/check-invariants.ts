import { isDeepStrictEqual } from 'node:util'
import type { RequestRecord } from '@sluice/claude-sim'
import type { RunView } from '@sluice/events'
import type { RunPlan } from './run-plan.ts'
import type { Observation, Trial } from './run-trial.ts'
import type { TabSnapshot } from '../page-client/tab.ts'

export interface Limits {
  readonly graceMs: number
  readonly leaseMs: number
}

/** Extra time for a busy machine, and for a close on its way through a slow proxy. */
const SLACK_MS = 5000

/** The violated invariants of each trial, with the evidence to investigate; empty when all hold. */
export function checkInvariants(
  trials: readonly Trial[],
  requests: readonly RequestRecord[],
  limits: Limits,
  executions: Executions = new Map(),
): object[] {
  return trials.flatMap((trial) => {
    const records = requests.filter(({ prompt }) => nameIn(prompt) === trial.plan.name)
    const problems = problemsOf(trial, records, limits)
    problems.push(...problemsOfCalls(trial, records, executions))
    if (problems.length === 0) return []
    const upstream = records.map(({ status, outcome, round, text, thinking, startedAt, endedAt = 0 }) => ({
      status,
      round,
      outcome,
      text: text.length,
      thinking: thinking.length,
      startedAfter: startedAt - trial.leftAt,
      endedAfter: endedAt - trial.leftAt,
    }))
    const { plan, restarted, unconfirmed } = trial
    const observations = trial.observations.map(({ snapshot }) => briefly(snapshot))
    return [{ problems, plan, observations, upstream, restarted, unconfirmed }]
  })
}

/** The text that notes are made of is wrapped. */
function nameIn(prompt: string): string {
  return prompt.replaceAll(/^<text>|<\/text>$/g, '').trim()
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
  const paid = paidOf(records)
  const rounds = paid.map(({ round }) => round)
  if (rounds.some((round, step) => round !== step)) problems.push(`paid for the steps ${rounds.join()}`)
  // A question may reach the server when its visitor has left, through a slow proxy.
  const alone = Math.max(trial.leftAt, ...records.slice(0, 1).map(({ startedAt }) => startedAt))
  for (const { outcome, endedAt = Number.POSITIVE_INFINITY } of records) {
    const late = endedAt - alone - limits.graceMs - limits.leaseMs
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

/** A response with an error status is free and may be retried. Any other may have been billed. */
function paidOf(records: readonly RequestRecord[]): RequestRecord[] {
  return records.filter(({ status }) => status < 400)
}

function problemsOfObservation({ snapshot, isOver: over, ends }: Observation, evidence: Evidence): string[] {
  const problems: string[] = []
  const { view, gaps } = snapshot
  const { plan } = evidence.trial
  const sent = evidence.paid.at(-1)
  const sentText = evidence.paid.map((record) => record.text).join('')
  const sentThinking = evidence.paid.map((record) => record.thinking).join('')
  if (gaps > 0) problems.push(`${gaps} gaps in the positions`)
  if (ends !== (over ? 1 : 0))
    problems.push(`${ends} ends, ${over ? 'not one' : 'though it was closed before the end'}`)
  if (!over && plan.actions.length === 0) problems.push('no end')
  const text = piecesOf(view, plan.drafts ? 'json' : 'text')
  const thinking = piecesOf(view, 'thinking')
  if (!sentText.startsWith(text)) problems.push('the text is not a prefix of what was sent')
  if (!sentThinking.startsWith(thinking)) problems.push('the thinking is not a prefix of what was sent')
  if (over && view.status === 'done' && view.stopReason !== 'stopped') {
    // This fault comes after Claude has sent the stop reason.
    const unterminated = sent?.outcome === 'faulted' && plan.directive.includes('fault=unterminated')
    if (sent?.outcome !== 'completed' && !unterminated)
      problems.push(`done, though upstream was ${sent?.outcome}`)
    if (sentText !== text || sentThinking !== thinking) problems.push('done, but incomplete')
  }
  problems.push(...problemsOfSearches(view, plan))
  if (plan.drafts) problems.push(...problemsOfOutput(snapshot, sent?.text ?? ''))
  const unexplained = over ? unexplainedEnd(snapshot, evidence) : undefined
  if (unexplained !== undefined) problems.push(unexplained)
  return problems
}

/** A complete answer has every search and page that Claude asked for, and all five citations. */
function problemsOfSearches({ parts, stopReason }: RunView, { directive }: RunPlan): string[] {
  const [, searches, fetches] = /search=(\d) fetch=(\d)/.exec(directive) ?? []
  if (searches === undefined || stopReason !== 'end_turn' || directive.includes('fault=')) return []
  const done = parts.filter((part) => part.type === 'tool' && part.by === 'claude' && part.state === 'done')
  const cited = parts.flatMap((part) => (part.type === 'text' ? (part.citations ?? []) : []))
  const found = `${done.length} searches and pages, ${cited.length} citations`
  return found === `${Number(searches) + Number(fetches)} searches and pages, 5 citations` ? [] : [found]
}

/** How often each call was executed, by its id. */
export type Executions = ReadonlyMap<string, number>

/** Compares the calls of tools that the tabs show with each other, with Claude's and with what was executed. */
function problemsOfCalls(
  { observations, plan }: Trial,
  records: readonly RequestRecord[],
  executions: Executions,
): string[] {
  const problems: string[] = []
  const asked = paidOf(records).flatMap(({ toolCalls }) => toolCalls)
  const told = new Map(records.flatMap(({ toolResults }) => toolResults.map(({ id, text }) => [id, text])))
  for (const { snapshot, isOver } of observations) {
    // Anthropic executes the others.
    const calls = snapshot.view.parts.flatMap((part) =>
      part.type === 'tool' && part.by === 'server' ? [part] : [],
    )
    const isDone = snapshot.view.status === 'done' && snapshot.view.stopReason === 'end_turn'
    if (isDone && calls.length !== asked.length) problems.push(`${calls.length} of ${asked.length} calls`)
    for (const [i, { callId, name, input, state, output }] of calls.entries()) {
      const problem = (what: string) => problems.push(`${what}: ${name} ${callId} ${state}`)
      const call = asked[i]
      const written = call?.input || '{}'
      const executed = executions.get(callId) ?? 0
      if (call?.name !== name.replaceAll('.', '__')) problem(`not what Claude called, ${call?.name}`)
      else if (!written.startsWith(input)) problem('not the input that Claude wrote')
      else if (state !== 'calling' && state !== 'dropped' && written !== input) problem('input incomplete')
      const toClaude = call && told.get(call.id)
      if (output !== undefined && toClaude !== undefined && output !== toClaude)
        problem('Claude was told something else')
      if (executed > 1) problem(`executed ${executed} times`)
      if (isOver && executed > 0 && ['waiting', 'dropped'].includes(state)) problem('executed')
      if (executed === 0 && state === 'done') problem('not executed')
      if (isOver && state === 'waiting' && plan.decide !== undefined) problem('not decided')
    }
  }
  // After a crash, a tab may have seen more than was kept.
  const ended = observations.filter(({ snapshot, isOver }) => isOver && snapshot.view.status === 'done')
  const shown = new Set(ended.map(({ snapshot }) => JSON.stringify(snapshot.view.parts)))
  if (shown.size > 1) problems.push(`${shown.size} different answers`)
  return problems
}

/** What a page shows of structured output, beside what was sent. */
function problemsOfOutput({ view, partial, value }: TabSnapshot, sent: string): string[] {
  if (view.status === 'done' && view.stopReason === 'end_turn')
    return isDeepStrictEqual(value, JSON.parse(sent)) ? [] : ['the output is not what was sent']
  if (value !== undefined) return ['a value, though the output was not complete']
  const notes = partial === undefined ? [] : (partial as { notes?: object[] }).notes
  return notes?.every((note) => typeof note === 'object') === false ? ['an output of another type'] : []
}

/** What Claude wrote, byte for byte: without the paragraphs that a page shows. */
function piecesOf({ parts }: RunView, type: 'text' | 'json' | 'thinking'): string {
  return parts.map((part) => (part.type === type ? part.text : '')).join('')
}

/** Describes an end that nothing in the plan explains. */
function unexplainedEnd({ view, failure }: Observation['snapshot'], { trial }: Evidence): string | undefined {
  const { plan, restarted, unconfirmed } = trial
  const end = failure?.code ?? view.error?.code ?? view.stopReason
  const wasStopped = plan.actions.some(({ what }) => what === 'stop')
  const explained = (() => {
    switch (end) {
      case 'stopped':
        return wasStopped
      case 'approval':
        return plan.decide === undefined
      case 'interrupted':
        return restarted
      case 'NOT_FOUND':
        return unconfirmed
      case 'refused':
        return plan.directive.includes('refusal')
      case 'auth':
        return plan.directive.includes('code=401')
      case 'invalid_request':
        return plan.directive.includes('code=400')
      case 'max_tokens':
        return !plan.drafts && plan.directive.includes('max_tokens')
      case 'invalid_output':
        return plan.drafts === true && plan.directive.includes('max_tokens')
      case 'end_turn':
      // The connection was lost between the stop reason and `message_stop`.
      case 'tool_use':
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
