import type { RunSnapshot } from '@sluice/client'
import type { RunTimes } from '../chat/run-times.ts'
import { count, dollars, seconds } from '../ui/format.ts'
import { speedOf } from './speed.ts'

/** How fast, how much, how dear; the small print is in the tooltip. */
export function AnswerFigures({ run, times }: { run: RunSnapshot; times: RunTimes }) {
  const { view } = run
  const { usage, costUsd } = view
  const { firstTokenMs, tokens, tokensPerSecond, estimated } = speedOf(view, times)
  const parts: string[] = []
  if (firstTokenMs !== undefined) parts.push(`${seconds(firstTokenMs)} to first token`)
  if (tokensPerSecond !== undefined) parts.push(`${estimated ? '~' : ''}${count(tokensPerSecond)} tokens/s`)
  if (usage) {
    const about = usage.estimated ? '~' : ''
    const read = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens
    parts.push(`${about}${count(read)} in, ${about}${count(usage.outputTokens)} out`)
    if (typeof costUsd === 'number') parts.push(`${about}${dollars(costUsd)}`)
  } else if (tokens > 0) parts.push(`~${count(tokens)} out`)

  // The dot before a figure lies in the margin where a line begins, and is cut off there.
  return (
    <p
      className="ml-2 self-center overflow-hidden text-[0.8125rem] text-quiet tabular-nums"
      data-testid="usage"
      title={smallPrintOf(run)}
    >
      <span className="-ml-4 flex flex-wrap">
        {parts.map((part) => (
          <span
            key={part}
            className="before:inline-block before:w-4 before:text-center before:content-['·'_/_'']"
          >
            {/* The space is for who copies or hears it. */}
            {`${part} `}
          </span>
        ))}
      </span>
    </p>
  )
}

function smallPrintOf({ view, reconnects }: RunSnapshot): string | undefined {
  const { usage, model } = view
  if (!usage) return undefined
  return [
    model,
    `${count(usage.inputTokens)} input tokens`,
    `${count(usage.cacheReadTokens)} read from cache`,
    `${count(usage.cacheWriteTokens)} written to cache`,
    usage.estimated ? 'estimated: Claude never got to report them' : 'as reported by Claude',
    ...(reconnects > 0 ? [`connected again ${reconnects}×`] : []),
  ].join(', ')
}
