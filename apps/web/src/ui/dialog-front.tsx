import { Dialog } from '@base-ui/react/dialog'
import type { ReactNode, Ref } from 'react'

/** What a dialog of either kind shows, over the dimmed page. */
export function DialogFront(props: {
  ref?: Ref<HTMLDivElement> | undefined
  /** Of one without a title. */
  label?: string
  className: string
  testId: string
  /** For a kind of dialog that a press elsewhere does not close by itself. */
  onPressElsewhere?: () => void
  children: ReactNode
}) {
  const { ref, label, className, testId, onPressElsewhere, children } = props

  return (
    <Dialog.Portal>
      {/* Over another dialog too. */}
      <Dialog.Backdrop forceRender className="fixed inset-0 bg-black/45" onClick={onPressElsewhere} />
      <Dialog.Popup
        ref={ref}
        aria-label={label}
        data-testid={testId}
        className={`fixed inset-0 overflow-auto bg-ground text-ink outline-none ${className}`}
      >
        {children}
      </Dialog.Popup>
    </Dialog.Portal>
  )
}
