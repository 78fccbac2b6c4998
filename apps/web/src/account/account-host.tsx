import type { Core } from '../chat/create-core.ts'
import { useModels } from '../chat/use-models.ts'
import { ErrorBoundary } from '../ui/error-boundary.tsx'
import { late } from '../ui/late.ts'
import { isSessionEnded } from './is-session-ended.ts'

const AccountSession = late(async () => (await import('./account-session.tsx')).AccountSession)

/**
 * Signing in and out, behind every page. Nothing of it is loaded unless the server has accounts, which it says in
 * `models.list`, or refuses that call because a session has ended.
 */
export function AccountHost({ core }: { core: Core }) {
  const { data: models, error } = useModels()
  if (!models?.accounts && !isSessionEnded(error)) return null
  return (
    <ErrorBoundary>
      <AccountSession core={core} models={models} />
    </ErrorBoundary>
  )
}
