import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'

export function DeleteDialog(props: { title: string; onCancel: () => void; onDelete: () => void }) {
  const { title, onCancel, onDelete } = props

  return (
    <Dialog
      label="Delete this conversation?"
      testId="delete-dialog"
      className="m-auto w-[min(26rem,calc(100vw-2rem))] rounded-card border border-line p-5"
      onClose={onCancel}
    >
      <h2 className="text-lg font-semibold">Delete this conversation?</h2>
      <p className="mt-2 wrap-anywhere">“{title}” is kept in this browser only: it cannot be brought back.</p>
      <div className="mt-5 flex justify-end gap-2">
        <Button onClick={onCancel}>Keep it</Button>
        <Button tone="danger" data-testid="confirm-delete" onClick={onDelete}>
          Delete
        </Button>
      </div>
    </Dialog>
  )
}
