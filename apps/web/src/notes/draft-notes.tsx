import { createRunStore, newId, type RunStore } from '@sluice/client'
import { type KeyboardEvent, useState } from 'react'
import { type Outputs, trpc } from '../api.ts'
import { Button } from '../ui/button.tsx'
import { ErrorBoundary } from '../ui/error-boundary.tsx'
import { Icon } from '../ui/icon.tsx'
import { isComposing } from '../ui/is-composing.ts'
import { Draft } from './draft.tsx'

/** The mutation that starts a draft. */
export interface DraftStart {
  readonly data: Outputs['notes']['draft'] | undefined
  readonly error: { readonly message: string } | null
}

/** Makes notes of a text that the user pastes. They are added when the user has picked them. */
export function DraftNotes({ onAdded }: { onAdded: (count: number) => void }) {
  const { client } = trpc.useUtils()
  const [isOpen, setOpen] = useState(false)
  const [text, setText] = useState('')
  const [run, setRun] = useState<RunStore>()
  const start = trpc.notes.draft.useMutation()

  function draft() {
    if (text.trim() === '') return
    // The id is chosen here, so that a repeated request starts and pays for one run.
    const runId = newId()
    setRun(createRunStore({ runId, runs: client.runs }))
    start.mutate({ runId, text })
  }

  function onKeyDown(event: KeyboardEvent) {
    if (isComposing(event.nativeEvent)) return
    if (event.key === 'Escape') setOpen(false)
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) draft()
  }

  function close(added?: number) {
    setRun(undefined)
    start.reset()
    if (added === undefined) return
    setText('')
    setOpen(false)
    onAdded(added)
  }

  if (run) {
    return (
      <ErrorBoundary key={run.runId} failed={<DraftMisfit onBack={() => close()} />}>
        <Draft run={run} start={start} onClose={close} />
      </ErrorBoundary>
    )
  }
  if (!isOpen) {
    return (
      <Button data-testid="open-draft" className="justify-self-start" onClick={() => setOpen(true)}>
        <Icon name="file" /> Notes from a text
      </Button>
    )
  }
  return (
    <form
      aria-label="Notes from a text"
      className="grid grid-cols-[minmax(0,1fr)] gap-1 rounded-card border border-edge bg-raised p-2 focus-within:border-accent"
      onSubmit={(event) => {
        event.preventDefault()
        draft()
      }}
    >
      <textarea
        // The user has just opened it to paste something.
        autoFocus
        aria-label="Text to make notes of"
        placeholder="Paste a mail, minutes or a plan"
        maxLength={20_000}
        data-testid="draft-text"
        className="scroll-thin field-sizing-content max-h-[50dvh] min-h-28 w-full min-w-0 resize-none bg-transparent px-2 py-1 outline-0"
        value={text}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="flex flex-wrap items-center justify-end gap-2">
        <Button onClick={() => setOpen(false)}>Cancel</Button>
        <Button type="submit" tone="primary" data-testid="make-notes" disabled={text.trim() === ''}>
          Make notes
        </Button>
      </div>
    </form>
  )
}

/** Instead of a draft that cannot be rendered: Claude’s API makes sure that the types are right, others may not. */
function DraftMisfit({ onBack }: { onBack: () => void }) {
  return (
    <div className="flex items-center justify-between gap-2 rounded-card border border-edge bg-raised p-2">
      <p role="alert" className="px-2 text-[0.9375rem] text-bad">
        The answer does not have the form of notes.
      </p>
      <Button onClick={onBack}>Back to the text</Button>
    </div>
  )
}
