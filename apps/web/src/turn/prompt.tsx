import { useState } from 'react'
import type { Turn } from '../chat/turn.ts'
import { AttachmentChip } from './attachment-chip.tsx'
import { PromptActions } from './prompt-actions.tsx'
import { PromptEditor } from './prompt-editor.tsx'

/** What was asked. It can be asked differently, which takes what came after it away. */
export function Prompt(props: {
  turn: Turn
  /** How many turns come after this one. */
  after: number
  canEdit: boolean
  editing: boolean
  onEditing: (editing: boolean) => void
  onResend: (prompt: string) => void
}) {
  const { turn, after, canEdit, editing, onEditing, onResend } = props
  const { prompt, attachments = [] } = turn
  const [draft, setDraft] = useState(prompt)

  function begin() {
    setDraft(prompt)
    onEditing(true)
  }

  return (
    <div className="group grid justify-items-end gap-1.5">
      {attachments.length > 0 && (
        <div className="flex flex-wrap justify-end gap-2">
          {attachments.map((attachment, index) => (
            // Attachments of a prompt that was sent never change places.
            // oxlint-disable-next-line react/no-array-index-key
            <AttachmentChip key={index} attachment={attachment} />
          ))}
        </div>
      )}
      {editing ? (
        <PromptEditor
          value={draft}
          after={after}
          onChange={setDraft}
          onCancel={() => onEditing(false)}
          onSend={() => {
            onEditing(false)
            onResend(draft)
          }}
        />
      ) : (
        <>
          {prompt !== '' && (
            <div
              className="scroll-thin max-h-96 max-w-[92%] overflow-auto rounded-card rounded-br-sm bg-accent-soft px-4 py-2.5 wrap-anywhere whitespace-pre-wrap sm:max-w-[85%]"
              // Long ones scroll, and what scrolls must be reachable.
              tabIndex={prompt.length > 800 ? 0 : undefined}
              role={prompt.length > 800 ? 'group' : undefined}
              aria-label={prompt.length > 800 ? 'Your question' : undefined}
            >
              <span className="sr-only">You asked: </span>
              <span data-testid="prompt">{prompt}</span>
            </div>
          )}
          <div className="-mb-2 flex min-h-8 opacity-70 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100">
            <PromptActions prompt={prompt} onEdit={canEdit ? begin : undefined} />
          </div>
        </>
      )}
    </div>
  )
}
