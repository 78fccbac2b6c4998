import type { BudgetError } from '@sluice/db'
import { LimitError, RUN_ENDS_AFTER_MS } from './limits.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/** What the client is told when a budget has nothing left. */
export function budgetRefusal({ budget, limitUsd, isSpent }: BudgetError): LimitError {
  const name = budget === 'owner' ? 'Your budget' : 'The budget of this server'
  const reason = budget === 'owner' ? 'owner_budget' : 'server_budget'
  if (isSpent) {
    const message = `${name} for today, ${limitUsd} US dollars, is used up. The next day begins at 00:00 UTC.`
    return new LimitError(message, DAY_MS - (Date.now() % DAY_MS), reason)
  }
  const message = `${name} for today, ${limitUsd} US dollars, may be used up by answers that are being written.`
  return new LimitError(message, RUN_ENDS_AFTER_MS, reason)
}
