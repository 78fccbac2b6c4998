import type { Turn } from '../chat/turn.ts'
import { count, dollars } from '../ui/format.ts'

/** What the conversation has taken so far; nothing before its first answer has ended. */
export function ConversationTotals({ turns }: { turns: readonly Turn[] }) {
  const { answers, tokens, usd, about } = totalsOf(turns)
  if (answers < 2) return null

  return (
    <p className="tabular-nums" data-testid="totals">
      This conversation: {about}
      {count(tokens)} tokens
      {usd > 0 && `, ${about}${dollars(usd)}`}
    </p>
  )
}

function totalsOf(turns: readonly Turn[]) {
  let tokens = 0
  let usd = 0
  let answers = 0
  let about = ''
  for (const { run } of turns) {
    const { usage, costUsd } = run.getSnapshot().view
    if (!usage) continue
    answers++
    tokens += usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens + usage.outputTokens
    usd += costUsd ?? 0
    if (usage.estimated) about = '~'
  }
  return { answers, tokens, usd, about }
}
