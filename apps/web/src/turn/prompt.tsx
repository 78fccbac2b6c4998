import type { Chat } from '../chat/chat.ts'
import type { Turn } from '../chat/turn.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { AttachmentChip } from './attachment-chip.tsx'
import { PromptEditor } from './prompt-editor.tsx'
import { Versions } from './versions.tsx'

/** What was asked. It can be asked differently, which makes another version of it. */
export function Prompt(props: {
  chat: Chat
  turn: Turn
  canEdit: boolean
  editing: boolean
  onEditing: (editing: boolean) => void
  onResend: (prompt: string) => void
}) {
  const { chat, turn, canEdit, editing, onEditing, onResend } = props
  const { prompt, attachments = [] } = turn

  return (
    <div className="group grid justify-items-end gap-1.5">
      {attachments.length > 0 && (
        <div className="flex flex-wrap justify-end gap-2">
          {attachments.map((attachment) => (
            <AttachmentChip key={attachment.attachmentId} attachment={attachment} />
          ))}
        </div>
      )}
      {editing ? (
        <PromptEditor
          key={turn.step.question.messageId}
          prompt={prompt}
          canAsk={canEdit}
          onCancel={() => onEditing(false)}
          onSend={(changed) => {
            onEditing(false)
            onResend(changed)
          }}
        />
      ) : (
        <>
          {prompt !== '' && (
            <div
              className="scroll-thin max-h-96 max-w-[92%] overflow-auto rounded-card rounded-br-sm bg-accent-soft px-4 py-2.5 wrap-anywhere whitespace-pre-wrap sm:max-w-[85%]"
              // Long ones scroll, and what scrolls must be reachable.
              {...(prompt.length > 800 && { tabIndex: 0, role: 'group', 'aria-label': 'Your question' })}
            >
              <span className="sr-only">You asked: </span>
              <span data-testid="prompt">{prompt}</span>
            </div>
          )}
          <div className="-mb-2 flex min-h-8 items-center opacity-70 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100">
            <Versions of="question" step={turn.step} disabled={!canEdit} onChoose={chat.choose} />
            <CopyButton label="Copy question" text={() => prompt} />
            {canEdit && (
              <IconButton
                icon="edit"
                label="Edit question"
                data-testid="edit-prompt"
                onClick={() => onEditing(true)}
              />
            )}
          </div>
        </>
      )}
    </div>
  )
}
