import type { Usage } from '@sluice/events'

export function AnswerUsage(props: { usage: Usage; costUsd: number | null; model: string }) {
  const { usage, costUsd, model } = props
  const about = usage.estimated ? '~' : ''
  const cached = usage.cacheReadTokens + usage.cacheWriteTokens
  const read = usage.inputTokens + cached
  const title = [
    model,
    `${count(usage.inputTokens)} input`,
    `${count(usage.cacheReadTokens)} read from cache`,
    `${count(usage.cacheWriteTokens)} written to cache`,
    usage.estimated ? 'estimated: Claude never got to report them' : 'as reported by Claude',
  ].join(', ')

  return (
    <p className="usage" data-testid="usage" title={title}>
      {about}
      {count(read)} tokens in, {about}
      {count(usage.outputTokens)} out{costUsd !== null && `, ${about}${dollars(costUsd)}`}
    </p>
  )
}

function count(tokens: number): string {
  return tokens.toLocaleString('en')
}

/** Two significant digits for what costs less than a cent, else four decimals. */
function dollars(usd: number): string {
  if (usd === 0) return '$0'
  return usd < 0.01 ? `$${usd.toFixed(6).replace(/0+$/, '')}` : `$${usd.toFixed(4)}`
}
