import { useState } from 'react'
import { type Inputs, type Outputs, trpc } from '../api.ts'

type Note = Outputs['notes']['get']
type Input<Name extends keyof Inputs['notes']> = Inputs['notes'][Name]

/** How Claude's calls are shown: see `toolViews`. */
export const noteViews = {
  'notes.list': { title: () => 'List your notes', Details: Found },
  'notes.search': {
    title: ({ words }: Input<'search'>) => `Search your notes for ${quoted(words)}`,
    Details: Found,
  },
  'notes.get': { title: () => 'Read a note', Details: WholeNote },
  'notes.add': {
    title: ({ title }: Input<'add'>) => `Add the note ${quoted(title)}`,
    Request: NewNote,
    Details: WholeNote,
  },
  'notes.update': {
    title: ({ title }: Input<'update'>) =>
      title === undefined ? 'Change the text of a note' : `Change a note to ${quoted(title)}`,
    Request: Change,
    Details: Changed,
  },
  'notes.remove': { title: () => 'Delete a note', Request: Removal, Details: WholeNote },
}

/** Throws where Claude wrote no text. */
function quoted(text: string): string {
  return `“${text.trim()}”`
}

function Found({ output: { notes, nextCursor } }: { output: Outputs['notes']['list'] }) {
  if (notes.length === 0) return <p>Nothing found.</p>
  return (
    <ul className="list-disc pl-5">
      {notes.map(({ id, title }) => (
        <li key={id} className="wrap-anywhere">
          {title}
        </li>
      ))}
      {nextCursor !== null && <li>and more</li>}
    </ul>
  )
}

function WholeNote({ output: { title, text } }: { output: Note }) {
  return <Fields of={{ Note: title, Text: text }} />
}

function NewNote({ input: { text = '' } }: { input: Input<'add'> }) {
  return text !== '' && <p className="wrap-anywhere whitespace-pre-wrap">{text}</p>
}

function Change({ input }: { input: Input<'update'> }) {
  return <Fields of={{ Note: useNote(input.id).title, ...changesOf(input) }} />
}

function Changed({ input, output }: { input: Input<'update'>; output: Note }) {
  return <Fields of={{ Note: input.title === undefined ? output.title : undefined, ...changesOf(input) }} />
}

function changesOf({ title, text }: Input<'update'>) {
  return { 'New title': title, 'New text': text === '' ? 'None' : text }
}

function Removal({ input: { id } }: { input: Input<'remove'> }) {
  const { title, text } = useNote(id)
  return <Fields of={{ Note: title, Text: text }} />
}

/** The note that a call would change or delete. Read once: after the call it is another, or gone. */
function useNote(id: string): Pick<Note, 'title' | 'text'> {
  const [before, setBefore] = useState<Note>()
  const { data, error } = trpc.notes.get.useQuery({ id }, { enabled: !before, gcTime: 0 })
  if (data && !before) setBefore(data)
  return before ?? { title: error ? 'It is not there any more.' : '…', text: '' }
}

function Fields({ of: fields }: { of: Readonly<Record<string, string | undefined>> }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5">
      {Object.entries(fields).map(([name, value]) =>
        // Those that have a value.
        value ? (
          <div key={name} className="contents">
            <dt className="text-quiet">{name}</dt>
            <dd className="wrap-anywhere whitespace-pre-wrap">{value}</dd>
          </div>
        ) : undefined,
      )}
    </dl>
  )
}
