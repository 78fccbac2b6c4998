import { AlertDialog } from '@base-ui/react/alert-dialog'
import { trpc } from '../api.ts'
import { Button } from '../ui/button.tsx'
import { problemOf } from '../ui/problem-of.ts'

/** Asks whether to delete everything, and does so. Open for as long as it is rendered. */
export function DeleteAllDialog({ onClose, onDeleted }: { onClose: () => void; onDeleted: () => void }) {
  const deletion = trpc.account.deleteContent.useMutation({ onSuccess: onDeleted })

  return (
    <AlertDialog.Root open onOpenChange={onClose}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 bg-black/45" />
        <AlertDialog.Popup
          data-testid="delete-all-dialog"
          className="fixed top-1/4 left-1/2 grid w-[min(26rem,calc(100vw-2rem))] -translate-x-1/2 gap-3 rounded-card border border-line bg-raised p-4 text-ink shadow-lg outline-none"
        >
          <AlertDialog.Title className="font-semibold">Delete all chats?</AlertDialog.Title>
          <AlertDialog.Description className="text-[0.9375rem]">
            All your chats, files and notes are deleted, on every device, and answers in progress are stopped.
            This cannot be undone.
          </AlertDialog.Description>
          {deletion.error && (
            <p role="alert" className="text-[0.9375rem] text-bad">
              {problemOf(deletion.error)}
            </p>
          )}
          <div className="flex justify-end gap-2">
            <AlertDialog.Close render={<Button>Cancel</Button>} />
            <Button
              tone="primary"
              data-testid="confirm-delete-all"
              disabled={deletion.isPending}
              onClick={() => deletion.mutate()}
            >
              Delete all
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
