import { Dialog } from '@base-ui/react/dialog'
import type { ReactNode, Ref } from 'react'
import { Button } from '../ui/button.tsx'

/** The list of conversations over the dimmed page, as on a phone. Open for as long as it is rendered. */
export function ListDialog(props: { ref: Ref<HTMLDivElement>; onClose: () => void; children: ReactNode }) {
  const { ref, onClose, children } = props

  return (
    <Dialog.Root open onOpenChange={onClose}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 bg-black/45" />
        <Dialog.Popup
          ref={ref}
          data-testid="list-dialog"
          className="fixed inset-y-0 left-0 grid w-[min(20rem,85vw)] grid-rows-[auto_minmax(0,1fr)_auto] gap-3 border-r border-line bg-ground p-3 text-ink outline-none"
        >
          <Dialog.Title className="px-2.5 pt-1 font-semibold">Conversations</Dialog.Title>
          {children}
          {/* The only way out for a screen reader without a keyboard, from which the backdrop is hidden. */}
          <Dialog.Close
            render={<Button className="absolute right-3 bottom-3 not-focus-visible:sr-only">Close</Button>}
          />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
