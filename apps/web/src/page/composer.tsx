import { type KeyboardEvent, type Ref, useSyncExternalStore } from 'react'
import type { Chat, ChatState } from '../chat/chat.ts'
import { type Drafts, EMPTY_DRAFT } from '../chat/draft.ts'
import { charsOf } from '../chat/messages.ts'
import type { Settings } from '../chat/settings.ts'
import type { ModelList } from '../model-list.ts'
import { AttachmentChip } from '../turn/attachment-chip.tsx'
import { count } from '../ui/format.ts'
import { AttachButton } from './attach-button.tsx'
import { ComposerHelp } from './composer-help.tsx'
import { isComposing } from './is-composing.ts'
import { ModelPicker } from './model-picker.tsx'
import { SendButton } from './send-button.tsx'
import { useAttach } from './use-attach.ts'

/** Where a question is written. It keeps its own draft, so that a key press renders nothing else. */
export function Composer(props: {
  ref: Ref<HTMLTextAreaElement>
  conversationId: string
  chat: Chat
  state: ChatState
  drafts: Drafts
  settings: Settings
  modelList: ModelList
  /** Resolves once the server has said how long a conversation may be. */
  loadMaxChars: () => Promise<number>
  onAsk: () => void
  onStop: () => void
}) {
  const { ref, conversationId, chat, state, drafts, settings, modelList, loadMaxChars, onAsk, onStop } = props
  const { busy, stopping, refusal } = state
  const draft = useSyncExternalStore(drafts.subscribe, () => drafts.of(conversationId))
  const maxChars = modelList.models?.maxPromptChars ?? Infinity
  const { attach, reading, problem, forgetProblem } = useAttach({
    drafts,
    conversationId,
    maxChars: loadMaxChars,
  })
  const { prompt, attachments } = draft
  const excess = charsOf(draft) - maxChars
  const isEmpty = prompt.trim() === '' && attachments.length === 0
  const canSend = !busy && !reading && excess <= 0 && !isEmpty

  async function send() {
    if (!canSend) return
    drafts.change(conversationId, EMPTY_DRAFT)
    forgetProblem()
    onAsk()
    const accepted = await chat.send({
      prompt: prompt.trim(),
      ...(attachments.length > 0 && { attachments }),
    })
    // Refused: it is the draft again, unless something else is by now.
    if (!accepted && drafts.of(conversationId).prompt === '') drafts.change(conversationId, draft)
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event.nativeEvent)) return
    event.preventDefault()
    void send()
  }

  return (
    <footer className="px-2 pt-1 pb-[max(0.5rem,env(safe-area-inset-bottom))] sm:px-4">
      <form
        className="mx-auto grid w-full max-w-184 grid-cols-[minmax(0,1fr)] gap-1 rounded-card border border-edge bg-raised p-1.5 focus-within:border-accent focus-within:ring-1 focus-within:ring-accent"
        onSubmit={(event) => {
          event.preventDefault()
          void send()
        }}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault()
          void attach([...event.dataTransfer.files])
        }}
      >
        {attachments.length > 0 && (
          <div className="flex flex-wrap gap-2 p-1" data-testid="draft-attachments">
            {attachments.map((attachment, index) => (
              <AttachmentChip
                // Two files may have the same name and bytes.
                // oxlint-disable-next-line react/no-array-index-key
                key={index}
                attachment={attachment}
                onRemove={() =>
                  drafts.change(conversationId, { attachments: attachments.toSpliced(index, 1) })
                }
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
          onChange={(event) => drafts.change(conversationId, { prompt: event.target.value })}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            if (event.clipboardData.files.length === 0) return
            event.preventDefault()
            void attach([...event.clipboardData.files])
          }}
        />
        <div className="flex items-center gap-1">
          <AttachButton maxChars={maxChars} onFiles={(files) => void attach(files)} />
          <ModelPicker models={modelList.models} settings={settings} />
          <span className="ml-auto">
            <SendButton busy={busy} stopping={stopping} canSend={canSend} onStop={onStop} />
          </span>
        </div>
      </form>
      <ComposerHelp
        problem={excess > 0 ? `${count(excess)} characters too many to send.` : problem}
        refusal={refusal}
        serverRefusal={modelList.refusal}
        unreachable={modelList.failures > 0 && modelList.models === undefined}
        turns={state.turns}
      />
    </footer>
  )
}
