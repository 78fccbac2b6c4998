import { type ReactNode, useEffect, useRef } from 'react'

/** A modal `<dialog>`: the browser keeps the focus inside, closes it on Esc, and gives the focus back. */
export function Dialog(props: {
  label: string
  className: string
  testId: string
  onClose: () => void
  children: ReactNode
}) {
  const { label, className, testId, onClose, children } = props
  const dialog = useRef<HTMLDialogElement>(null)

  useEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    return () => shown?.close()
  }, [])

  return (
    // The backdrop is part of the element, and a second way out; Esc is the first.
    <dialog
      ref={dialog}
      aria-label={label}
      data-testid={testId}
      className={`bg-ground text-ink ${className}`}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={({ target }) => {
        if (target === dialog.current) onClose()
      }}
    >
      {children}
    </dialog>
  )
}
