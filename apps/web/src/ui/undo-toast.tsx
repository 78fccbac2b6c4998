import { useEffect } from 'react'
import { Button } from './button.tsx'
import { IconButton } from './icon-button.tsx'

const SHOWN_MS = 20_000

/** Says that something was deleted, and takes that back. */
export function UndoToast(props: {
  title: string
  /** Where it is, above or below. */
  className: string
  onUndo: () => void
  onDismiss: () => void
}) {
  const { title, className, onUndo, onDismiss } = props

  useEffect(() => {
    const timer = setTimeout(onDismiss, SHOWN_MS)
    return () => clearTimeout(timer)
  }, [onDismiss])

  return (
    <div
      role="status"
      data-testid="undo-toast"
      className={`fixed left-4 z-20 flex w-[min(22rem,calc(100vw-2rem))] items-center gap-2 rounded-card border border-line bg-raised p-2 pl-3.5 text-[0.9375rem] shadow-lg ${className}`}
    >
      <p className="min-w-0 flex-1 truncate">Deleted “{title}”</p>
      <Button data-testid="undo-delete" onClick={onUndo}>
        Undo
      </Button>
      <IconButton icon="close" label="Dismiss" onClick={onDismiss} />
    </div>
  )
}
