import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { MarkdownPreload } from '../turn/answer-text.tsx'
import { fileNameOf, toJson, toMarkdown } from '../chat/export-conversation.ts'
import type { LibraryState } from '../chat/library.ts'
import { useChat } from '../chat/use-chat.ts'
import { LabDoor } from '../lab/lab-door.tsx'
import { useModelList } from '../model-list.ts'
import { BackgroundRun } from '../turn/background-run.tsx'
import { LateCode, late } from '../ui/late-code.tsx'
import { Announcer } from './announcer.tsx'
import { Composer } from './composer.tsx'
import { Conversation } from './conversation.tsx'
import { ConversationList } from './conversation-list.tsx'
import type { Core } from './create-core.ts'
import { download } from './download.ts'
import { Header } from './header.tsx'
import { JumpToLatest } from './jump-to-latest.tsx'
import { Notices } from './notices.tsx'
import { Sidebar } from './sidebar.tsx'
import { useEscape } from './use-escape.ts'
import { useHashId } from './use-hash-id.ts'
import { useStickToBottom } from './use-stick-to-bottom.ts'
import { Welcome } from './welcome.tsx'

const PageDialogs = late(async () => (await import('./page-dialogs.tsx')).PageDialogs)

export function ChatPage({ core }: { core: Core }) {
  const { library, drafts, settings, loadModels } = core
  const books = useSyncExternalStore(library.subscribe, library.getSnapshot)
  const list = useModelList()
  const { id, chat, conversations, background } = books
  const state = useChat(chat)
  const { turns, busy } = state
  const [listOpen, setListOpen] = useState(false)
  const [deleting, setDeleting] = useState<string>()
  const composer = useRef<HTMLTextAreaElement>(null)
  const drawer = useRef<HTMLDivElement>(null)
  const { scroller, content, stick, pin, following } = useStickToBottom()
  const titleOf = (wanted: string) => conversations.find((one) => one.id === wanted)?.title ?? 'New chat'
  useEscape(busy, chat.stop)
  useHashId(library, id)
  useEffect(() => library.attach(), [library])
  // Not `autoFocus`, for which the page would be laid out in the middle of its first render.
  useEffect(() => composer.current?.focus(), [])

  // Nothing is followed before the session is there: see `createChatApi`.
  const ready = list.models !== undefined

  function focusComposer() {
    composer.current?.focus()
  }

  function leave(then: () => void) {
    setListOpen(false)
    then()
    stick()
    focusComposer()
  }

  function exportAs(format: 'markdown' | 'json') {
    chat.save()
    const conversation = library.read(id)
    if (!conversation) return
    if (format === 'json')
      download(fileNameOf(conversation, 'json'), toJson(conversation), 'application/json')
    else download(fileNameOf(conversation, 'md'), toMarkdown(conversation), 'text/markdown')
  }

  const conversationList = (
    <ConversationList
      conversations={conversations}
      current={id}
      writing={new Set([...background.map((one) => one.id), ...(busy ? [id] : [])])}
      onOpen={(wanted) => leave(() => library.open(wanted))}
      onNewChat={() => leave(library.create)}
      onDelete={setDeleting}
    />
  )

  function remove(unwanted: string) {
    setDeleting(undefined)
    library.remove(unwanted)
    if (listOpen) drawer.current?.focus()
    else focusComposer()
  }

  return (
    <div className="grid h-dvh grid-cols-[minmax(0,1fr)_auto] lg:grid-cols-[17rem_minmax(0,1fr)_auto]">
      <Sidebar>{conversationList}</Sidebar>
      <div className="grid min-h-0 grid-cols-[minmax(0,1fr)] grid-rows-[auto_minmax(0,1fr)_auto]">
        <Header
          title={turns.length > 0 ? titleOf(id) : undefined}
          models={list.models}
          onOpenList={() => setListOpen(true)}
          onNewChat={() => leave(library.create)}
          onExport={exportAs}
          onDelete={() => setDeleting(id)}
        />
        <main
          className="scroll-thin overflow-x-hidden overflow-y-auto overscroll-contain sm:[scrollbar-gutter:stable_both-edges]"
          ref={scroller}
          tabIndex={0}
          aria-label="Conversation"
        >
          <div className="mx-auto w-full max-w-184 px-4 pt-5 pb-8" ref={content}>
            {hasNotice(books) && <Notices library={library} state={books} />}
            {turns.length === 0 ? (
              <Welcome
                simulator={list.models?.simulator ?? false}
                onPick={(prompt) => {
                  drafts.change(id, { prompt })
                  focusComposer()
                }}
              />
            ) : (
              <Conversation
                // Nothing of one conversation is left in another.
                key={id}
                chat={chat}
                state={state}
                ready={ready}
                limits={list.models}
                onGrow={pin}
                onAsk={() => {
                  stick()
                  focusComposer()
                }}
              />
            )}
          </div>
          <JumpToLatest following={following || turns.length === 0} onJump={stick} />
        </main>
        <Composer
          ref={composer}
          conversationId={id}
          chat={chat}
          state={state}
          drafts={drafts}
          settings={settings}
          modelList={list}
          loadMaxChars={async () => (await loadModels()).maxPromptChars}
          onAsk={stick}
          onStop={() => {
            chat.stop()
            focusComposer()
          }}
        />
      </div>
      <Announcer run={turns.at(-1)?.run} />
      {background.map((one) => {
        const last = one.chat.getSnapshot().turns.at(-1)
        return last && <BackgroundRun key={last.runId} run={last.run} />
      })}
      <LateCode>
        <PageDialogs
          drawer={drawer}
          list={listOpen ? conversationList : undefined}
          onCloseList={() => setListOpen(false)}
          deleting={deleting === undefined ? undefined : titleOf(deleting)}
          onKeep={() => setDeleting(undefined)}
          onDelete={() => deleting !== undefined && remove(deleting)}
        />
      </LateCode>
      <MarkdownPreload />
      {import.meta.env.DEV && (
        <LabDoor core={core} run={turns.at(-1)?.run} runId={turns.at(-1)?.runId} conversationId={id} />
      )}
    </div>
  )
}

function hasNotice({ setAside, newer, unsaved, deletedElsewhere }: LibraryState): boolean {
  return setAside > 0 || newer > 0 || unsaved || deletedElsewhere
}
