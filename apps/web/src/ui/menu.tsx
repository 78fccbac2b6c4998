import { type ReactNode, useId } from 'react'
import { Icon } from './icon.tsx'

/** A few buttons behind one, in the corner of the page. The browser closes it: on Esc, on a press elsewhere. */
export function Menu({ label, testId, children }: { label: string; testId: string; children: ReactNode }) {
  const id = useId()

  return (
    <>
      <button
        type="button"
        popoverTarget={id}
        aria-label={label}
        title={label}
        data-testid={testId}
        className="grid size-9 place-items-center rounded-lg text-quiet hover:bg-sunk hover:text-ink"
      >
        <Icon name="dots" className="size-5" />
      </button>
      <div
        id={id}
        popover="auto"
        className="fixed inset-auto top-12 right-3 m-0 w-52 gap-0.5 rounded-card border border-line bg-raised p-1 text-ink shadow-lg open:grid"
        onClick={(event) => event.currentTarget.hidePopover()}
      >
        {children}
      </div>
    </>
  )
}

export function MenuItem(props: {
  onPress: () => void
  disabled?: boolean
  testId: string
  children: ReactNode
}) {
  return (
    <button
      type="button"
      data-testid={props.testId}
      disabled={props.disabled}
      onClick={props.onPress}
      className="rounded-lg px-3 py-1.5 text-start text-[0.9375rem] enabled:hover:bg-sunk disabled:text-quiet"
    >
      {props.children}
    </button>
  )
}
