import type { RequestRecord } from '@sluice/claude-sim'
import { isOver } from '@sluice/web/run-store'
import type { Sight, Story } from './run-trial.ts'

export interface Limits {
  readonly graceMs: number
  readonly leaseMs: number
  readonly retainMs: number
}

/** Time that a busy machine, and a close on its way through a slow proxy, may take on top. */
const SLACK_MS = 5000

/** Everything that is wrong with how a run went, by the records of what Claude was asked and said. */
export function problemsOf(story: Story, records: readonly RequestRecord[], limits: Limits): string[] {
  const problems: string[] = []
  // An answer with an error status is free, and may be asked for again. Anything else may have been paid for.
  const paid = records.filter(({ status }) => status < 400)
  if (paid.length > 1) problems.push(`${paid.length} paid requests`)
  for (const { outcome, endedAt = Number.POSITIVE_INFINITY } of records) {
    const late = endedAt - story.goneAt - limits.graceMs - limits.leaseMs
    if (late > SLACK_MS) problems.push(`upstream (${outcome}) went on ${late} ms longer than lease and grace`)
  }
  for (const sight of story.sights) problems.push(...problemsOfSight(sight, { story, paid, limits }))
  if (story.sights.length === 0) problems.push('nobody saw anything')
  return problems
}

interface Evidence {
  readonly story: Story
  readonly paid: readonly RequestRecord[]
  readonly limits: Limits
}

function problemsOfSight({ snapshot, ends }: Sight, evidence: Evidence): string[] {
  const problems: string[] = []
  const { view, gaps } = snapshot
  const { plan } = evidence.story
  const sent = evidence.paid.at(-1)
  const over = isOver(snapshot)
  if (gaps > 0) problems.push(`${gaps} gaps in the positions`)
  if (ends !== (over ? 1 : 0)) problems.push(`${ends} ends, ${over ? 'of one' : 'though it was left before'}`)
  if (!over && plan.acts.length === 0) problems.push('left without an end')
  if (!(sent?.text ?? '').startsWith(view.text)) problems.push('the text is no prefix of what was sent')
  if (!(sent?.thinking ?? '').startsWith(view.thinking)) problems.push('the thinking is no prefix')
  if (view.status === 'done' && view.stopReason !== 'stopped') {
    // That fault comes last, after Claude has said how the answer ended.
    const unterminated = sent?.outcome === 'faulted' && plan.directive.includes('fault=unterminated')
    if (sent?.outcome !== 'completed' && !unterminated)
      problems.push(`done, though upstream was ${sent?.outcome}`)
    if (sent?.text !== view.text || sent.thinking !== view.thinking) problems.push('done, but not all of it')
  }
  const odd = oddEnding(snapshot, evidence)
  if (odd !== undefined) problems.push(odd)
  return problems
}

/** An end that nothing in the plan explains. */
function oddEnding(
  { view, failure }: Sight['snapshot'],
  { story, paid, limits }: Evidence,
): string | undefined {
  const { plan, restarted, goneAt, unconfirmed } = story
  const end = failure?.code ?? view.error?.code ?? view.stopReason
  const wasStopped = plan.acts.some(({ what }) => what === 'stop')
  const explained = (() => {
    switch (end) {
      case 'stopped':
        return wasStopped
      case 'interrupted':
      case 'forgotten':
        return restarted
      case 'NOT_FOUND':
        return (
          restarted || unconfirmed || paid.some(({ endedAt = goneAt }) => goneAt - endedAt > limits.retainMs)
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
