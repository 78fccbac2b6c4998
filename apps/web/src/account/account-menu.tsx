import { Menu } from '@base-ui/react/menu'
import { useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { Core } from '../chat/create-core.ts'
import { Icon } from '../ui/icon.tsx'
import { leaveToClick, MENU, MENU_ITEM, MENU_LINE } from '../ui/menu.ts'
import { callAuth } from './call-auth.ts'
import { DeleteAccountDialog } from './delete-account-dialog.tsx'
import { startAnew } from './start-anew.ts'

/** Who has signed in, and the ways out. */
export function AccountMenu({ core, email, className }: { core: Core; email: string; className: string }) {
  const place = useRef<HTMLDivElement>(null)
  const [deleting, setDeleting] = useState(false)
  const signingOut = useMutation({
    retry: false,
    mutationFn: () => callAuth('sign-out'),
    onSuccess: () => startAnew(core),
  })
  const endingOthers = useMutation({ retry: false, mutationFn: () => callAuth('revoke-other-sessions') })
  const failure = signingOut.error ?? endingOthers.error

  return (
    <div className="min-w-0">
      <Menu.Root modal={false}>
        <Menu.Trigger
          className={className}
          data-testid="account-menu"
          onPointerDown={leaveToClick}
          onMouseDown={leaveToClick}
        >
          <Icon name="user" />
          <span className="sr-only">Account</span>
          <span className="truncate" data-testid="account-email">
            {email}
          </span>
        </Menu.Trigger>
        <div ref={place} />
        <Menu.Portal container={place}>
          <Menu.Positioner side="top" align="start" sideOffset={4} className="z-10">
            <Menu.Popup className={MENU}>
              {failure && (
                <p role="alert" className="px-3 py-1.5 text-[0.9375rem] text-bad">
                  {failure.message}
                </p>
              )}
              <Menu.Item
                data-testid="sign-out"
                closeOnClick={false}
                disabled={signingOut.isPending}
                onClick={() => signingOut.mutate()}
                className={MENU_ITEM}
              >
                Sign out
              </Menu.Item>
              <Menu.Item
                data-testid="sign-out-others"
                closeOnClick={false}
                disabled={endingOthers.isPending || endingOthers.isSuccess}
                onClick={() => endingOthers.mutate()}
                className={MENU_ITEM}
              >
                {endingOthers.isSuccess ? 'Other devices are signed out' : 'Sign out other devices'}
              </Menu.Item>
              <Menu.Separator className={MENU_LINE} />
              <Menu.Item data-testid="delete-account" onClick={() => setDeleting(true)} className={MENU_ITEM}>
                Delete account
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {deleting && <DeleteAccountDialog core={core} email={email} onClose={() => setDeleting(false)} />}
    </div>
  )
}
