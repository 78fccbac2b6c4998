import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { isComposing } from '../ui/is-composing.ts'

interface Fields {
  readonly title: string
  readonly text: string
}

const FIELD = 'w-full min-w-0 bg-transparent px-2 outline-0'

/** The fields of a note. Enter in the title saves, and so does Ctrl+Enter in the text; Esc cancels. */
export function NoteForm(props: {
  /** Default: a new note. */
  initial?: Fields
  action: 'Add' | 'Save'
  isSaving: boolean
  /** Why the last attempt to save failed. */
  problem: string | undefined
  /** Call `onSaved` to empty the fields. */
  onSave: (fields: Fields, onSaved: () => void) => void
  onCancel?: () => void
}) {
  const { initial, action, isSaving, problem, onSave, onCancel } = props
  const [title, setTitle] = useState(initial?.title ?? '')
  const [text, setText] = useState(initial?.text ?? '')
  const titleField = useRef<HTMLInputElement>(null)

  function save() {
    if (isSaving || title.trim() === '') return
    onSave({ title, text }, () => {
      setTitle('')
      setText('')
      titleField.current?.focus()
    })
  }

  function onKeyDown(event: KeyboardEvent) {
    if (isComposing(event.nativeEvent)) return
    if (event.key === 'Escape' && onCancel) onCancel()
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save()
  }

  return (
    <form
      aria-label={initial ? 'Edit note' : 'New note'}
      className="grid grid-cols-[minmax(0,1fr)] gap-1 rounded-card border border-edge bg-raised p-2 focus-within:border-accent"
      onSubmit={(event) => {
        event.preventDefault()
        save()
      }}
      onKeyDown={onKeyDown}
    >
      <input
        ref={titleField}
        // An editor opens because the user wants to type in it.
        autoFocus={initial !== undefined}
        type="text"
        aria-label="Title"
        placeholder={initial ? 'Title' : 'New note'}
        autoComplete="off"
        maxLength={200}
        data-testid="note-title"
        className={`${FIELD} min-h-9 font-medium`}
        value={title}
        readOnly={isSaving}
        onChange={({ target }) => setTitle(target.value)}
      />
      <textarea
        aria-label="Text"
        placeholder="Text"
        rows={initial ? 3 : 2}
        maxLength={10_000}
        data-testid="note-text"
        className={`${FIELD} scroll-thin field-sizing-content max-h-[50dvh] resize-none py-1`}
        value={text}
        readOnly={isSaving}
        onChange={({ target }) => setText(target.value)}
      />
      <div className="flex flex-wrap items-center justify-end gap-2">
        <Problem>{problem}</Problem>
        {onCancel && <Button onClick={onCancel}>Cancel</Button>}
        <Button
          type="submit"
          tone="primary"
          data-testid="save-note"
          disabled={isSaving || title.trim() === ''}
        >
          {action}
        </Button>
      </div>
    </form>
  )
}

function Problem({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className="mr-auto px-2 text-[0.9375rem] text-bad">
      {children}
    </p>
  )
}
