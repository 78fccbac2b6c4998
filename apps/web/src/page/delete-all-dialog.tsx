import { trpc } from '../api.ts'
import { DeletionDialog } from '../ui/deletion-dialog.tsx'
import { problemOf } from '../ui/problem-of.ts'

/** Asks whether to delete everything, and does so. Open for as long as it is rendered. */
export function DeleteAllDialog({ onClose, onDeleted }: { onClose: () => void; onDeleted: () => void }) {
  const deletion = trpc.account.deleteContent.useMutation({ onSuccess: onDeleted })

  return (
    <DeletionDialog
      name="all"
      title="Delete all chats?"
      confirm="Delete all"
      problem={problemOf(deletion.error)}
      isPending={deletion.isPending}
      onConfirm={() => deletion.mutate()}
      onClose={onClose}
    >
      All your chats, files and notes are deleted, on every device, and answers in progress are stopped. This
      cannot be undone.
    </DeletionDialog>
  )
}
