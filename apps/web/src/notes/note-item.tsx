import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { trpc } from '../api.ts'
import { Button } from '../ui/button.tsx'
import { dayOf } from '../ui/format.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { invalidateNotes } from './invalidate-notes.ts'
import { NoteForm } from './note-form.tsx'
import { problemOf } from '../ui/problem-of.ts'
import type { ListedNote } from './use-notes.ts'

/** A note in the list, which is edited in its place. */
export function NoteItem(props: { note: ListedNote; onSaved: () => void; onRemove: () => void }) {
  const { note, onSaved, onRemove } = props
  const [state, setState] = useState<'shown' | 'edited' | 'shown again'>('shown')

  if (state === 'edited') {
    return (
      <li>
        <NoteEditor id={note.id} onSaved={onSaved} onClose={() => setState('shown again')} />
      </li>
    )
  }
  return (
    <li
      data-testid="note"
      className="grid grid-cols-[minmax(0,1fr)_auto] rounded-card border border-line bg-raised py-2 pr-2 pl-4"
    >
      <h2 className="self-center font-medium wrap-anywhere">{note.title}</h2>
      <div className="flex self-start">
        <IconButton
          icon="edit"
          label={`Edit “${note.title}”`}
          // The focus comes back from the editor.
          autoFocus={state === 'shown again'}
          onClick={() => setState('edited')}
        />
        <IconButton icon="trash" label={`Delete “${note.title}”`} onClick={onRemove} />
      </div>
      {note.excerpt !== '' && (
        <p className="col-span-full line-clamp-3 pr-2 text-[0.9375rem] wrap-anywhere whitespace-pre-line">
          {note.excerpt}
        </p>
      )}
      <p className="col-span-full pt-0.5 text-xs text-quiet">{dayOf(new Date(note.updatedAt))}</p>
    </li>
  )
}

function NoteEditor({ id, onSaved, onClose }: { id: string; onSaved: () => void; onClose: () => void }) {
  const queryClient = useQueryClient()
  // Never what was read for an earlier edit: it would be saved over newer text.
  const { data, error } = trpc.notes.get.useQuery({ id }, { gcTime: 0, refetchOnWindowFocus: false })
  const updating = trpc.notes.update.useMutation({ onSettled: () => invalidateNotes(queryClient) })
  const problem = problemOf(updating.error ?? error)

  if (!data) {
    return (
      <div className="flex items-center gap-2 rounded-card border border-line p-2 pl-4 text-quiet">
        <p role="status" className="mr-auto">
          {problem ?? 'Loading…'}
        </p>
        <Button autoFocus onClick={onClose}>
          Cancel
        </Button>
      </div>
    )
  }
  return (
    <NoteForm
      initial={data}
      action="Save"
      isSaving={updating.isPending}
      problem={problem}
      onCancel={onClose}
      onSave={(fields) =>
        updating.mutate(
          { id, ...fields },
          {
            onSuccess: () => {
              onSaved()
              onClose()
            },
          },
        )
      }
    />
  )
}
