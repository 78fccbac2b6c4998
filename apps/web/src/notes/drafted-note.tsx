/** A note that Claude has written, or is writing. */
export function DraftedNote(props: {
  note: { readonly title?: string; readonly text?: string }
  /** `open`: it is still being written. */
  state: 'open' | 'picked' | 'left'
  onToggle: () => void
}) {
  const { note, state, onToggle } = props
  const { title = '', text = '' } = note

  return (
    <li data-testid="drafted-note" data-state={state} className={state === 'left' ? 'text-quiet' : ''}>
      <label className="grid cursor-pointer grid-cols-[auto_minmax(0,1fr)] gap-x-3 rounded-lg px-2 py-1.5 hover:bg-sunk">
        <input
          type="checkbox"
          // Until its first word is there, the label is empty.
          aria-label={title || text ? undefined : 'A new note'}
          className="mt-1 size-4 accent-accent"
          checked={state === 'picked'}
          disabled={state === 'open'}
          onChange={onToggle}
        />
        <span className="font-medium wrap-anywhere">{title}</span>
        <span className="col-start-2 text-[0.9375rem] wrap-anywhere whitespace-pre-line">{text}</span>
      </label>
    </li>
  )
}
