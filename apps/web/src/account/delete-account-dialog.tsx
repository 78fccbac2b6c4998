import { useMutation } from '@tanstack/react-query'
import type { Core } from '../chat/create-core.ts'
import { DeletionDialog } from '../ui/deletion-dialog.tsx'
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
    <DeletionDialog
      name="account"
      title="Delete your account?"
      confirm="Delete account"
      problem={deletion.error?.message}
      isPending={deletion.isPending}
      onConfirm={() => deletion.mutate()}
      onClose={onClose}
    >
      The account of {email} and all its chats, files and notes are deleted, on every device. This cannot be
      undone.
    </DeletionDialog>
  )
}
