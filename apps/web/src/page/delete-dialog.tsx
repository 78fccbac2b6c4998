import { AlertDialog } from '@base-ui/react/alert-dialog'
import { Button } from '../ui/button.tsx'
import { DialogFront } from '../ui/dialog-front.tsx'

/** Read out as a whole, unlike other dialogs. A press elsewhere keeps the conversation, as Esc does. */
export function DeleteDialog(props: { title: string; onCancel: () => void; onDelete: () => void }) {
  const { title, onCancel, onDelete } = props

  return (
    <AlertDialog.Root open onOpenChange={onCancel}>
      <DialogFront
        testId="delete-dialog"
        className="m-auto h-fit max-h-[calc(100%-2rem)] w-[min(26rem,calc(100vw-2rem))] rounded-card border border-line p-5"
        onPressElsewhere={onCancel}
      >
        <AlertDialog.Title className="text-lg font-semibold">Delete this conversation?</AlertDialog.Title>
        <AlertDialog.Description className="mt-2 wrap-anywhere">
          “{title}” is kept in this browser only: it cannot be brought back.
        </AlertDialog.Description>
        <div className="mt-5 flex justify-end gap-2">
          <AlertDialog.Close render={<Button>Keep it</Button>} />
          <Button tone="danger" data-testid="confirm-delete" onClick={onDelete}>
            Delete
          </Button>
        </div>
      </DialogFront>
    </AlertDialog.Root>
  )
}
