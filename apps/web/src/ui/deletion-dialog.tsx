import { AlertDialog } from '@base-ui/react/alert-dialog'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'

/**
 * Asks whether to delete something for good. Open for as long as it is rendered.
 *
 * @param props.name Its test id is `delete-<name>-dialog`, and its button's `confirm-delete-<name>`.
 */
export function DeletionDialog(props: {
  name: string
  title: string
  /** Of the button. */
  confirm: string
  /** Why it failed. */
  problem: string | undefined
  isPending: boolean
  onConfirm: () => void
  onClose: () => void
  /** What is deleted. */
  children: ReactNode
}) {
  const { name, title, confirm, problem, isPending, onConfirm, onClose, children } = props

  return (
    <AlertDialog.Root open onOpenChange={onClose}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 bg-black/45" />
        <AlertDialog.Popup
          data-testid={`delete-${name}-dialog`}
          className="fixed top-1/4 left-1/2 grid w-[min(26rem,calc(100vw-2rem))] -translate-x-1/2 gap-3 rounded-card border border-line bg-raised p-4 text-ink shadow-lg outline-none"
        >
          <AlertDialog.Title className="font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description className="text-[0.9375rem] break-words">
            {children}
          </AlertDialog.Description>
          {problem && (
            <p role="alert" className="text-[0.9375rem] text-bad">
              {problem}
            </p>
          )}
          <div className="flex justify-end gap-2">
            <AlertDialog.Close render={<Button>Cancel</Button>} />
            <Button
              tone="primary"
              data-testid={`confirm-delete-${name}`}
              disabled={isPending}
              onClick={onConfirm}
            >
              {confirm}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
