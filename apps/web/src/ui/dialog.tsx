import { Dialog as Base } from '@base-ui/react/dialog'
import type { ReactNode, Ref } from 'react'
import { Button } from './button.tsx'
import { DialogFront } from './dialog-front.tsx'

/** Open for as long as it is rendered. One over another is rendered inside it; else Esc would close both. */
export function Dialog(props: {
  ref?: Ref<HTMLDivElement>
  label: string
  className: string
  testId: string
  onClose: () => void
  children: ReactNode
}) {
  const { ref, label, className, testId, onClose, children } = props

  return (
    <Base.Root open onOpenChange={onClose}>
      <DialogFront ref={ref} label={label} testId={testId} className={className}>
        {children}
        {/* The only way out for a screen reader without a keyboard, from which the backdrop is hidden. */}
        <Base.Close
          render={<Button className="absolute right-3 bottom-3 not-focus-visible:sr-only">Close</Button>}
        />
      </DialogFront>
    </Base.Root>
  )
}
