import { type KeyboardEvent, use } from 'react'
import { editKeys } from '../ui/edit-keys.ts'
import { FocusComposer } from '../ui/focus-composer.ts'

/** A conversation's title while it is changed. Enter and leaving the field keep the change, Esc does not. */
export function TitleField(props: { title: string; onRename: (title: string) => void; onClose: () => void }) {
  const { title, onRename, onClose } = props
  const focusComposer = use(FocusComposer)

  function cancel({ currentTarget }: KeyboardEvent) {
    // Leaving the field keeps what is in it.
    if (currentTarget instanceof HTMLInputElement) currentTarget.value = title
    focusComposer()
  }

  return (
    <input
      ref={select}
      type="text"
      aria-label="Title"
      autoComplete="off"
      maxLength={200}
      data-testid="title-field"
      className="-ml-2 w-full max-w-lg min-w-0 rounded-lg border border-edge bg-raised px-2 py-1 text-[0.9375rem] font-medium outline-0 focus:border-accent"
      defaultValue={title}
      onKeyDown={editKeys({ onEnter: focusComposer, onEscape: cancel })}
      onBlur={({ target }) => {
        const words = target.value.trim()
        if (words !== '' && words !== title) onRename(words)
        onClose()
      }}
    />
  )
}

/** It opens because the user wants to type in it, so taking the focus is expected. */
function select(field: HTMLInputElement | null) {
  field?.focus()
  field?.select()
}
