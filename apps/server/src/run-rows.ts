import { budgetedUsd, type FinishedStep } from '@sluice/claude'
import type { RunEnd, Step } from '@sluice/db'
import { CHARS_PER_TOKEN, isTextual, type RunEvent, type TerminalEvent, type Usage } from '@sluice/events'
import { toWellFormed } from './well-formed.ts'

/** What Claude says of itself must not keep a row from being stored: Postgres refuses some of it. */
export function stepRow(step: FinishedStep['step']): Step {
  const { content, usage, stopReason = null, requestId = null, model, costUsd } = step
  return {
    model: toWellFormed(model),
    content: JSON.stringify(content),
    stopReason: stopReason && toWellFormed(stopReason),
    usage: JSON.stringify(usage),
    costUsd: storableUsd(costUsd),
    requestId: requestId && toWellFormed(requestId),
  }
}

/** The most that the column holds. No answer costs as much, but a usage that is wrong may say so. */
const MAX_USD = 99_999_999

export function storableUsd<T extends number | null>(usd: T): T | number {
  return usd === null ? usd : Math.min(usd, MAX_USD)
}

/** The end of a run. */
export function endRow(events: readonly RunEvent[], terminal: TerminalEvent): RunEnd {
  return {
    log: JSON.stringify(events),
    end: JSON.stringify(terminal),
    usage: terminal.usage === undefined ? null : JSON.stringify(terminal.usage),
    costUsd: storableUsd(terminal.costUsd ?? null),
    budgetUsd: storableUsd(countedUsd(events, terminal)),
    words: toWellFormed(textOf(events)),
  }
}

/** Between two of its texts was something else. */
function textOf(events: readonly RunEvent[]): string {
  return events.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join('\n\n')
}

/** US dollars. Estimated from the length of the answer when the usage is not known. */
function countedUsd(events: readonly RunEvent[], { costUsd, usage }: TerminalEvent): number {
  if (typeof costUsd === 'number') return costUsd
  const model = events.find((event) => event.type === 'start')?.model ?? ''
  const reported = usage ? budgetedUsd(model, atLeast(usage, events)) : 0
  // What its finished calls to Claude used is known, even if the source did not come to report it.
  const finished = events.flatMap((event) => (event.type === 'step' ? [event] : []))
  const rest = events.slice(events.findLastIndex(({ type }) => type === 'step') + 1)
  const spent = finished.map((step) => step.costUsd ?? budgetedUsd(step.model, step.usage))
  return Math.max(
    reported,
    spent.reduce((sum, usd) => sum + usd, budgetedUsd(model, atLeast(NO_USAGE, rest))),
  )
}

/** The usage, with no fewer output tokens than the text has. */
function atLeast(usage: Usage, events: readonly RunEvent[]): Usage {
  const chars = events.reduce((sum, event) => sum + (isTextual(event) ? event.text.length : 0), 0)
  return { ...usage, outputTokens: Math.max(usage.outputTokens, Math.ceil(chars / CHARS_PER_TOKEN)) }
}

const NO_USAGE = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: true }
