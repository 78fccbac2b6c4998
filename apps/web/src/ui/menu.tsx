import { Menu as Base } from '@base-ui/react/menu'
import { type ReactNode, useRef } from 'react'
import { Icon } from './icon.tsx'

/** A few things to do behind one button. The rest of the page stays within reach; a press on it closes the menu. */
export function Menu({ label, testId, children }: { label: string; testId: string; children: ReactNode }) {
  // Beside its button, and not at the end of the page, where it would be in none of the page's landmarks.
  const place = useRef<HTMLDivElement>(null)

  return (
    <Base.Root modal={false}>
      <Base.Trigger
        aria-label={label}
        title={label}
        // By its click, at once. Base UI opens a menu in the frame after the press: until then, which is long on a
        // busy machine, Esc would not be the menu's, and would stop the answer.
        onPointerDown={leaveToClick}
        onMouseDown={leaveToClick}
        data-testid={testId}
        className="grid size-9 place-items-center rounded-lg text-quiet hover:bg-sunk hover:text-ink"
      >
        <Icon name="dots" className="size-5" />
      </Base.Trigger>
      <div ref={place} />
      <Base.Portal container={place}>
        <Base.Positioner align="end" sideOffset={4} className="z-10">
          <Base.Popup className="grid w-52 gap-0.5 rounded-card border border-line bg-raised p-1 text-ink shadow-lg outline-none">
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

function leaveToClick(event: { preventBaseUIHandler: () => void }) {
  event.preventBaseUIHandler()
}

export function MenuItem(props: {
  onPress: () => void
  disabled: boolean
  testId: string
  children: ReactNode
}) {
  return (
    <Base.Item
      data-testid={props.testId}
      disabled={props.disabled}
      onClick={props.onPress}
      className="cursor-pointer rounded-lg px-3 py-1.5 text-start text-[0.9375rem] select-none data-disabled:cursor-default data-disabled:text-quiet not-data-disabled:data-highlighted:bg-sunk"
    >
      {props.children}
    </Base.Item>
  )
}
