import { trpc } from '../api.ts'
import { dollars } from '../ui/format.ts'
import { useNow } from '../ui/use-now.ts'

/** What the answers of this UTC day have cost, in all conversations. */
export function UsageToday() {
  const { data } = trpc.account.usage.useQuery()
  const day = new Date(useNow(true, 60_000)).toISOString().slice(0, 10)
  const today = data?.find((usage) => usage.day === day)
  if (!today) return null

  return (
    <p className="tabular-nums" data-testid="usage-today">
      Today: {dollars(today.costUsd)}
    </p>
  )
}
