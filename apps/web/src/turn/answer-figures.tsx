import type { RunSnapshot } from '@sluice/client'
import type { RunTimes } from '../chat/run-times.ts'
import type { Spent } from '@sluice/events'
import { count, dollars, seconds } from '../ui/format.ts'
import { speedOf } from './speed.ts'

/** Latency, speed, tokens and cost of all its runs; the model and the steps are in the tooltip. */
export function AnswerFigures({ run, times }: { run: RunSnapshot; times: RunTimes }) {
  const { usage, costUsd, model, steps } = run.view
  const { askedAt, firstAt } = times
  const parts: string[] = []
  const hasCalls = run.view.parts.some(({ type }) => type === 'tool')
  // With tools between the steps, neither says how fast Claude is.
  const single = steps.length < 2
  if (single && askedAt !== undefined && firstAt !== undefined)
    parts.push(`${seconds(firstAt - askedAt)} to first token`)
  if (!single) parts.push(`${steps.length} steps`)
  if (usage) {
    const about = usage.estimated ? '~' : ''
    const speed = single && !hasCalls ? speedOf(usage, times) : undefined
    if (speed !== undefined) parts.push(`${about}${count(speed)} tokens/s`)
    parts.push(...spentWords({ usage, costUsd: costUsd ?? null }))
  }

  return (
    <p
      className="mx-2 flex flex-wrap gap-x-4 self-center text-[0.8125rem] text-quiet tabular-nums"
      data-testid="usage"
      title={single ? model : steps.map((step) => [step.model, ...spentWords(step)].join(', ')).join('\n')}
    >
      {parts.map((part) => (
        <span key={part}>{part}</span>
      ))}
    </p>
  )
}

function spentWords({ usage, costUsd }: Spent): string[] {
  const about = usage.estimated ? '~' : ''
  const read = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens
  const tokens = `${about}${count(read)} tokens in, ${about}${count(usage.outputTokens)} out`
  return costUsd === null ? [tokens] : [tokens, `${about}${dollars(costUsd)}`]
}
