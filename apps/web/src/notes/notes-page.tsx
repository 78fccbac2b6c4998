import { newId } from '@sluice/client'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { type Outputs, trpc } from '../api.ts'
import { Button } from '../ui/button.tsx'
import { editKeys } from '../ui/edit-keys.ts'
import { Icon } from '../ui/icon.tsx'
import { Link, type Path } from '../ui/link.tsx'
import { Notice } from '../ui/notice.tsx'
import { UndoToast } from '../ui/undo-toast.tsx'
import { DraftNotes } from './draft-notes.tsx'
import { invalidateNotes } from './invalidate-notes.ts'
import { NoteForm } from './note-form.tsx'
import { NoteItem } from './note-item.tsx'
import { problemOf } from '../ui/problem-of.ts'
import { useNotes } from './use-notes.ts'

type Note = Outputs['notes']['remove']

/** The user's notes: a list with a search, where notes are added, edited and removed. */
export function NotesPage({ back }: { back: Path }) {
  const queryClient = useQueryClient()
  const [words, setWords] = useState('')
  const { notes, isSearch, failure, more } = useNotes(words)
  const [removed, setRemoved] = useState<Note>()
  const [said, say] = useState('')
  const heading = useRef<HTMLHeadingElement>(null)
  const onSettled = () => invalidateNotes(queryClient)
  const adding = trpc.notes.add.useMutation({ onSettled })
  const removal = trpc.notes.remove.useMutation({ onSettled })
  const restoral = trpc.notes.add.useMutation({ onSettled })
  const problem = problemOf(removal.error ?? restoral.error ?? failure)
  const dismiss = useCallback(() => setRemoved(undefined), [])
  useEffect(() => {
    document.title = 'Notes · Sluice'
  }, [])

  function remove(id: string) {
    // Its button is about to go.
    heading.current?.focus()
    removal.mutate({ id }, { onSuccess: setRemoved })
  }

  function restore({ id, title, text }: Note) {
    setRemoved(undefined)
    heading.current?.focus()
    restoral.mutate({ id, title, text })
  }

  return (
    <div className="grid h-dvh grid-rows-[auto_minmax(0,1fr)]">
      <header className="flex min-w-0 items-center gap-3 border-b border-line py-2 pr-[max(0.75rem,env(safe-area-inset-right))] pl-[max(0.75rem,env(safe-area-inset-left))]">
        <Link
          href={back}
          data-testid="back-to-chat"
          className="inline-flex min-h-9 items-center gap-1.5 rounded-lg px-2 text-[0.9375rem] text-quiet hover:bg-sunk hover:text-ink"
        >
          <Icon name="chevron" className="size-4 rotate-180" /> Chat
        </Link>
        <h1 ref={heading} tabIndex={-1} className="text-[1.0625rem] font-semibold tracking-tight outline-0">
          Notes
        </h1>
        <input
          type="search"
          aria-label="Search notes"
          placeholder="Search"
          maxLength={200}
          data-testid="search-notes"
          className="ml-auto min-h-9 w-64 min-w-0 rounded-lg border border-line bg-raised px-2.5 text-[0.9375rem] outline-0 focus:border-accent"
          value={words}
          onChange={({ target }) => setWords(target.value)}
          onKeyDown={editKeys({ onEnter: () => {}, onEscape: () => setWords('') })}
        />
      </header>
      <main className="scroll-thin gutters overflow-y-auto overscroll-contain">
        <div className="column grid grid-cols-[minmax(0,1fr)] gap-3 pt-5 pb-24">
          {problem && <Notice>{problem}</Notice>}
          <NoteForm
            action="Add"
            isSaving={adding.isPending}
            problem={problemOf(adding.error)}
            onSave={(fields, onSaved) =>
              // With an id, so that a repeated request adds it once.
              adding.mutate(
                { id: newId(), ...fields },
                {
                  onSuccess: ({ title }) => {
                    say(`Added “${title}”`)
                    onSaved()
                  },
                },
              )
            }
          />
          <DraftNotes onAdded={(count) => say(count === 1 ? 'Added 1 note' : `Added ${count} notes`)} />
          {notes === undefined ? (
            <p role="status" className="after-a-second text-quiet">
              Loading…
            </p>
          ) : notes.length === 0 ? (
            <p role="status" className="py-6 text-center text-quiet">
              {isSearch ? 'Nothing found.' : 'Your notes will be listed here.'}
            </p>
          ) : (
            <ul className="grid grid-cols-[minmax(0,1fr)] gap-2" data-testid="notes">
              {notes.map((note) => (
                <NoteItem
                  key={note.id}
                  note={note}
                  onSaved={() => say('Saved')}
                  onRemove={() => remove(note.id)}
                />
              ))}
            </ul>
          )}
          {more && <Button onClick={more}>Show more</Button>}
        </div>
        <p role="status" className="sr-only">
          {said}
        </p>
      </main>
      {removed && (
        <UndoToast
          key={removed.id}
          title={removed.title}
          className="bottom-4"
          onUndo={() => restore(removed)}
          onDismiss={dismiss}
        />
      )}
    </div>
  )
}
