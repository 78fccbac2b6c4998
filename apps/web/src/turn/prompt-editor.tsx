import { type KeyboardEvent, useEffect, useRef } from 'react'
import { isComposing } from '../page/is-composing.ts'
import { Button } from '../ui/button.tsx'

export function PromptEditor(props: {
  value: string
  after: number
  onChange: (value: string) => void
  onCancel: () => void
  onSend: () => void
}) {
  const { value, after, onChange, onCancel, onSend } = props
  const field = useRef<HTMLTextAreaElement>(null)
  const canSend = value.trim() !== ''

  // Opened by whoever wants to type in it, so this is no stolen focus.
  useEffect(() => {
    field.current?.focus()
    field.current?.setSelectionRange(field.current.value.length, field.current.value.length)
  }, [])

  function onKeyDown(event: KeyboardEvent) {
    if (isComposing(event.nativeEvent)) return
    if (event.key === 'Escape') {
      event.preventDefault()
      onCancel()
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      if (canSend) onSend()
    }
  }

  return (
    <form
      className="grid w-full gap-2 rounded-card border border-edge bg-raised p-2 focus-within:border-accent"
      onSubmit={(event) => {
        event.preventDefault()
        if (canSend) onSend()
      }}
    >
      <textarea
        ref={field}
        data-testid="prompt-editor"
        aria-label="Edit your question"
        rows={2}
        className="scroll-thin field-sizing-content max-h-72 w-full resize-none bg-transparent px-2 py-1 outline-0"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="flex flex-wrap items-center justify-end gap-2">
        {after > 0 && (
          <p className="mr-auto px-2 text-[0.8125rem] text-quiet">
            {after === 1
              ? 'The turn after it will be removed.'
              : `The ${after} turns after it will be removed.`}
          </p>
        )}
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" tone="primary" data-testid="resend" disabled={!canSend}>
          Ask again
        </Button>
      </div>
    </form>
  )
}
