import type { ReactNode, Ref } from 'react'
import { Dialog } from '../ui/dialog.tsx'
import { DeleteDialog } from './delete-dialog.tsx'

/** The dialogs that open over the page; nothing while none is open. */
export function PageDialogs(props: {
  drawer: Ref<HTMLDivElement>
  /** The list of conversations while it is open, as on a phone. */
  list: ReactNode
  onCloseList: () => void
  /** The title of the conversation that may be deleted. */
  deleting: string | undefined
  onKeep: () => void
  onDelete: () => void
}) {
  const { drawer, list, onCloseList, deleting, onKeep, onDelete } = props
  const deleteDialog = deleting !== undefined && (
    <DeleteDialog title={deleting} onCancel={onKeep} onDelete={onDelete} />
  )
  if (list === undefined) return deleteDialog
  return (
    <Dialog
      ref={drawer}
      label="Conversations"
      testId="list-dialog"
      className="right-auto grid w-[min(20rem,85vw)] border-r border-line p-3"
      onClose={onCloseList}
    >
      {list}
      {deleteDialog}
    </Dialog>
  )
}
