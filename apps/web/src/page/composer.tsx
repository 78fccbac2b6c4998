import type { Ref } from 'react'
import { useStore } from 'zustand'
import type { Chat } from '../chat/chat.ts'
import { draftIdOf, type Drafts, EMPTY_DRAFT } from '../chat/draft.ts'
import type { Settings } from '../chat/settings.ts'
import type { Models } from '../api.ts'
import type { ConversationState } from '../chat/use-conversation.ts'
import { AttachmentChip } from '../turn/attachment-chip.tsx'
import { editKeys } from '../ui/edit-keys.ts'
import { count } from '../ui/format.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { AttachButton } from './attach-button.tsx'
import { ComposerHelp } from './composer-help.tsx'
import { ModelPicker } from './model-picker.tsx'
import { SendButton } from './send-button.tsx'
import { UploadChip } from './upload-chip.tsx'
import { useAttach } from './use-attach.ts'

/** Where a question is written. It keeps its own draft, so that a key press renders nothing else. */
export function Composer(props: {
  ref: Ref<HTMLTextAreaElement>
  chat: Chat
  state: ConversationState
  drafts: Drafts
  settings: Settings
  models: Models | undefined
  /** Resolves once the server has said how large files may be. */
  loadLimits: () => Promise<Models>
  onAsk: () => void
  onStop: () => void
}) {
  const { ref, chat, state, drafts, settings, models } = props
  const { loadLimits, onAsk, onStop } = props
  const { busy, stopping, refusal, conversation } = state
  const draftId = draftIdOf(chat.id, state)
  const draft = useStore(drafts, () => drafts.of(draftId))
  const maxChars = models?.maxPromptChars ?? Infinity
  const { uploads, attach, cancel, retry, problem, forgetProblem } = useAttach({
    drafts,
    draftId,
    currentDraftId: () => draftIdOf(chat.id, chat.getState()),
    loadLimits,
  })
  const { prompt, attachments } = draft
  const excess = prompt.length - maxChars
  const isEmpty = prompt.trim() === '' && attachments.length === 0
  const canSend = !busy && uploads.length === 0 && excess <= 0 && !isEmpty

  async function send() {
    if (!canSend) return
    drafts.change(draftId, EMPTY_DRAFT)
    forgetProblem()
    onAsk()
    const accepted = await chat.send({
      prompt: prompt.trim(),
      ...(attachments.length > 0 && { attachments }),
    })
    // Refused: the message is the draft again, with what has been written meanwhile.
    if (!accepted) drafts.prepend(draftId, draft)
  }

  return (
    <footer className="gutters overflow-hidden pt-1 pb-[max(0.5rem,env(safe-area-inset-bottom))]">
      <div className="column">
        <form
          className="grid grid-cols-[minmax(0,1fr)] gap-1 rounded-2xl border border-edge bg-raised p-2 shadow-sm focus-within:border-accent"
          onSubmit={(event) => {
            event.preventDefault()
            void send()
          }}
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => {
            event.preventDefault()
            attach([...event.dataTransfer.files])
          }}
        >
          {attachments.length + uploads.length > 0 && (
            <div className="flex flex-wrap gap-2 p-1" data-testid="draft-attachments">
              {attachments.map((attachment, index) => (
                <AttachmentChip key={attachment.attachmentId} attachment={attachment}>
                  <IconButton
                    icon="close"
                    label={`Remove ${attachment.name}`}
                    onClick={() => drafts.change(draftId, { attachments: attachments.toSpliced(index, 1) })}
                  />
                </AttachmentChip>
              ))}
              {uploads.map((upload) => (
                <UploadChip
                  key={upload.id}
                  upload={upload}
                  onCancel={() => cancel(upload)}
                  onRetry={() => retry(upload)}
                />
              ))}
            </div>
          )}
          <label className="sr-only" htmlFor="composer">
            Your message to Claude
          </label>
          <textarea
            ref={ref}
            id="composer"
            data-testid="composer"
            rows={1}
            placeholder="Ask Claude"
            autoComplete="off"
            aria-describedby="composer-help"
            className="scroll-thin field-sizing-content max-h-[min(16rem,40dvh)] min-h-9 w-full resize-none bg-transparent px-2 py-1.5 outline-0 not-supports-[field-sizing:content]:h-22"
            value={prompt}
            onChange={(event) => drafts.change(draftId, { prompt: event.target.value })}
            onKeyDown={editKeys({ onEnter: () => void send() })}
            onPaste={(event) => {
              if (event.clipboardData.files.length === 0) return
              event.preventDefault()
              attach([...event.clipboardData.files])
            }}
          />
          <div className="flex items-center gap-1">
            <AttachButton maxBytes={models?.maxFilesBytes} onFiles={attach} />
            <ModelPicker models={models} settings={settings} />
            <span className="ml-auto">
              <SendButton busy={busy} stopping={stopping} canSend={canSend} onStop={onStop} />
            </span>
          </div>
        </form>
        <ComposerHelp
          problem={excess > 0 ? `Your message is ${count(excess)} characters too long.` : problem}
          waiting={busy && !isEmpty}
          refusal={refusal}
          conversation={conversation}
        />
      </div>
    </footer>
  )
}
