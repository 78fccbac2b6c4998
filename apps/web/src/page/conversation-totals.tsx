import type { Conversation } from '../api.ts'
import { count, dollars } from '../ui/format.ts'

/** Tokens and cost of the conversation, all versions included; nothing while a single answer says the same. */
export function ConversationTotals({ conversation }: { conversation: Conversation }) {
  const runs = conversation.messages.flatMap((message) => (message.role === 'assistant' ? message.runs : []))
  const usages = runs.flatMap(({ usage }) => usage ?? [])
  if (usages.length < 2) return null
  const tokens = usages.reduce(
    (sum, { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens }) =>
      sum + inputTokens + cacheReadTokens + cacheWriteTokens + outputTokens,
    0,
  )
  const usd = runs.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0)
  const about = usages.some(({ estimated }) => estimated) ? '~' : ''

  return (
    <p className="tabular-nums" data-testid="totals">
      This conversation: {about}
      {count(tokens)} tokens
      {usd > 0 && `, ${about}${dollars(usd)}`}
    </p>
  )
}
