import type { Core } from '../chat/create-core.ts'
import { useModels } from '../chat/use-models.ts'
import { ErrorBoundary } from '../ui/error-boundary.tsx'
import { Icon } from '../ui/icon.tsx'
import { late } from '../ui/late.ts'
import { askForSignIn } from './arrival.ts'

const AccountMenu = late(async () => (await import('./account-menu.tsx')).AccountMenu)

const ROW =
  'flex min-h-10 w-full min-w-0 items-center gap-2 rounded-lg px-2.5 text-[0.9375rem] text-quiet hover:text-ink'

/** Stands below the list of conversations: signs in, or opens the user's menu. Nothing while accounts are off. */
export function AccountEntry({ core, onLeave }: { core: Core; onLeave: () => void }) {
  const accounts = useModels().data?.accounts
  if (!accounts) return null
  if (accounts.email !== undefined)
    return (
      <ErrorBoundary>
        <AccountMenu core={core} email={accounts.email} className={ROW} />
      </ErrorBoundary>
    )
  const open = () => {
    onLeave()
    askForSignIn()
  }
  return (
    <button type="button" className={ROW} data-testid="sign-in" onClick={open}>
      <Icon name="user" /> Sign in
    </button>
  )
}
