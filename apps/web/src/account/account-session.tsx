import { useEffect, useState } from 'react'
import type { Models } from '../api.ts'
import type { Core } from '../chat/create-core.ts'
import { leaveArrival, useArrival } from './arrival.ts'
import { SignInDialog } from './sign-in-dialog.tsx'
import { startAnew } from './start-anew.ts'
import { watchAccount } from './watch-account.ts'

/** Follows who is signed in, and shows the dialog for signing in when the address asks for it. */
export function AccountSession({ core, models }: { core: Core; models: Models | undefined }) {
  const owner = models?.owner
  const [first, setFirst] = useState(owner)
  if (first === undefined && owner !== undefined) setFirst(owner)
  const arrival = useArrival()

  useEffect(() => watchAccount(core, owner), [core, owner])
  // Somebody else, in another tab.
  useEffect(() => {
    if (first !== undefined && owner !== undefined && first !== owner) startAnew(core)
  }, [core, first, owner])

  const accounts = models?.accounts
  if (!accounts || !arrival) return null
  // A link in a mail is followed in any case.
  if (accounts.email !== undefined && arrival.name !== 'reset' && arrival.name !== 'verify') return null
  return (
    <SignInDialog
      // Another link, in the page that is open.
      key={`${arrival.name} ${arrival.value}`}
      core={core}
      accounts={accounts}
      arrival={arrival}
      onClose={leaveArrival}
    />
  )
}
