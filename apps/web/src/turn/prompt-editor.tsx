import { use, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { editKeys } from '../ui/edit-keys.ts'
import { FocusComposer } from '../ui/focus-composer.ts'

export function PromptEditor(props: {
  prompt: string
  /** No answer is being written. */
  canAsk: boolean
  onCancel: () => void
  onSend: (prompt: string) => void
}) {
  const { prompt, canAsk, onCancel, onSend } = props
  const [value, setValue] = useState(prompt)
  const focusComposer = use(FocusComposer)
  const canSend = canAsk && value.trim() !== ''

  function send() {
    if (canSend) onSend(value)
  }

  function cancel() {
    onCancel()
    focusComposer()
  }

  return (
    <div className="grid w-full gap-2 rounded-card border border-edge bg-raised p-2 focus-within:border-accent">
      <textarea
        ref={focusEnd}
        data-testid="prompt-editor"
        aria-label="Edit your question"
        rows={2}
        className="scroll-thin field-sizing-content max-h-72 w-full resize-none bg-transparent px-2 py-1 outline-0"
        value={value}
        onChange={({ target }) => setValue(target.value)}
        onKeyDown={editKeys({ onEnter: send, onEscape: cancel })}
      />
      <div className="flex flex-wrap items-center justify-end gap-2">
        <Button onClick={cancel}>Cancel</Button>
        <Button tone="primary" data-testid="resend" disabled={!canSend} onClick={send}>
          Send
        </Button>
      </div>
    </div>
  )
}

/** It opens because the user wants to type in it, so taking the focus is expected. */
function focusEnd(field: HTMLTextAreaElement | null) {
  field?.focus()
  field?.setSelectionRange(field.value.length, field.value.length)
}
