import type { KeyboardEvent, Ref } from 'react'
import { isComposing } from './is-composing.ts'

export function Composer(props: {
  ref: Ref<HTMLTextAreaElement>
  draft: string
  busy: boolean
  stopping: boolean
  maxChars: number | undefined
  refusal: string | undefined
  unreachable: boolean
  onDraft: (draft: string) => void
  onSend: () => void
  onStop: () => void
}) {
  const {
    ref,
    draft,
    busy,
    stopping,
    maxChars = Infinity,
    refusal,
    unreachable,
    onDraft,
    onSend,
    onStop,
  } = props
  const excess = draft.length - maxChars
  const canSend = !busy && excess <= 0 && draft.trim() !== ''
  const problem = excess > 0 ? `${excess.toLocaleString('en')} characters too many to send.` : refusal

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event.nativeEvent)) return
    event.preventDefault()
    if (canSend) onSend()
  }

  return (
    <footer className="footer">
      <form
        className="composer"
        onSubmit={(event) => {
          event.preventDefault()
          if (canSend) onSend()
        }}
      >
        <label className="unseen" htmlFor="composer">
          Your message to Claude
        </label>
        <textarea
          ref={ref}
          id="composer"
          data-testid="composer"
          rows={1}
          autoFocus
          placeholder="Ask Claude"
          autoComplete="off"
          aria-describedby="composer-help"
          value={draft}
          onChange={(event) => onDraft(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {busy ? (
          <button
            key="stop"
            type="button"
            className="button stop"
            data-testid="stop"
            // The composer keeps the focus, and a phone its keyboard.
            onPointerDown={(event) => event.preventDefault()}
            onClick={onStop}
            disabled={stopping}
          >
            {stopping ? 'Stopping' : 'Stop'}
          </button>
        ) : (
          <button
            key="send"
            type="submit"
            className="button primary"
            data-testid="send"
            onPointerDown={(event) => event.preventDefault()}
            disabled={!canSend}
          >
            Send
          </button>
        )}
      </form>
      <p id="composer-help" className="help">
        {problem ? (
          <span role="alert" className="problem" data-testid="problem">
            {problem}
          </span>
        ) : unreachable ? (
          <span role="alert">The server cannot be reached yet. Trying again.</span>
        ) : (
          <span className="keys">
            <kbd>Enter</kbd> sends, <kbd>Shift</kbd> <kbd>Enter</kbd> breaks the line, <kbd>Esc</kbd> stops
          </span>
        )}
      </p>
    </footer>
  )
}
