import { AlertDialog } from '@base-ui/react/alert-dialog'
import { useMutation } from '@tanstack/react-query'
import type { Core } from '../chat/create-core.ts'
import { Button } from '../ui/button.tsx'
import { callAuth } from './call-auth.ts'
import { startAnew } from './start-anew.ts'

/** Asks whether to delete the account, and does so. Open for as long as it is rendered. */
export function DeleteAccountDialog(props: { core: Core; email: string; onClose: () => void }) {
  const { core, email, onClose } = props
  const deletion = useMutation({
    retry: false,
    mutationFn: () => callAuth('delete-user'),
    onSuccess: () => startAnew(core),
  })

  return (
    <AlertDialog.Root open onOpenChange={onClose}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 bg-black/45" />
        <AlertDialog.Popup
          data-testid="delete-account-dialog"
          className="fixed top-1/4 left-1/2 grid w-[min(26rem,calc(100vw-2rem))] -translate-x-1/2 gap-3 rounded-card border border-line bg-raised p-4 text-ink shadow-lg outline-none"
        >
          <AlertDialog.Title className="font-semibold">Delete your account?</AlertDialog.Title>
          <AlertDialog.Description className="text-[0.9375rem] break-words">
            The account of {email} and all its chats, files and notes are deleted, on every device. This
            cannot be undone.
          </AlertDialog.Description>
          {deletion.error && (
            <p role="alert" className="text-[0.9375rem] text-bad">
              {deletion.error.message}
            </p>
          )}
          <div className="flex justify-end gap-2">
            <AlertDialog.Close render={<Button>Cancel</Button>} />
            <Button
              tone="primary"
              data-testid="confirm-delete-account"
              disabled={deletion.isPending}
              onClick={() => deletion.mutate()}
            >
              Delete account
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
