import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { markdownPart } from '../answer/markdown-part.ts'
import type { LibraryState } from '../chat/library.ts'
import { useChat } from '../chat/use-chat.ts'
import { LabDoor } from '../lab/lab-door.tsx'
import { laterPart, lazily } from '../lazily.tsx'
import { useModelList } from '../model-list.ts'
import { BackgroundRun } from '../turn/background-run.tsx'
import { Composer } from './composer.tsx'
import { Conversation } from './conversation.tsx'
import { ConversationList } from './conversation-list.tsx'
import type { Core } from './create-core.ts'
import { Header } from './header.tsx'
import { Sidebar } from './sidebar.tsx'
import { useEscape } from './use-escape.ts'
import { useHashId } from './use-hash-id.ts'
import { useStickToBottom } from './use-stick-to-bottom.ts'

const Announcer = lazily((later) => later.Announcer)
const DeleteDialog = lazily((later) => later.DeleteDialog)
const Dialog = lazily((later) => later.Dialog)
const JumpToLatest = lazily((later) => later.JumpToLatest)
const Notices = lazily((later) => later.Notices)
const Welcome = lazily((later) => later.Welcome)

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
  const title = conversations.find((one) => one.id === id)?.title
  useEscape(busy, chat.stop)
  useHashId(library, id)
  useEffect(() => library.attach(), [library])
  // Not `autoFocus`, for which the page would be laid out in the middle of its first render.
  useEffect(() => composer.current?.focus(), [])

  // After the first paint, so that all of it is there before it is wanted, should the server go away meanwhile.
  useEffect(() => {
    loadRest()
    window.addEventListener('online', loadRest)
    return () => window.removeEventListener('online', loadRest)
  }, [])

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

  async function exportAs(format: 'markdown' | 'json') {
    chat.save()
    const { download, fileNameOf, toJson, toMarkdown } = await laterPart.load()
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

  const deleteDialog = deleting !== undefined && (
    <DeleteDialog
      title={conversations.find((one) => one.id === deleting)?.title ?? 'New chat'}
      onCancel={() => setDeleting(undefined)}
      onDelete={() => {
        setDeleting(undefined)
        library.remove(deleting)
        if (listOpen) drawer.current?.focus()
        else focusComposer()
      }}
    />
  )

  return (
    <div className="grid h-dvh grid-cols-[minmax(0,1fr)_auto] lg:grid-cols-[17rem_minmax(0,1fr)_auto]">
      <Sidebar>{conversationList}</Sidebar>
      <div className="grid min-h-0 grid-cols-[minmax(0,1fr)] grid-rows-[auto_minmax(0,1fr)_auto]">
        <Header
          title={turns.length > 0 ? (title ?? 'New chat') : undefined}
          models={list.models}
          onOpenList={() => setListOpen(true)}
          onNewChat={() => leave(library.create)}
          onExport={(format) => void exportAs(format)}
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
      {listOpen ? (
        <Dialog
          ref={drawer}
          label="Conversations"
          testId="list-dialog"
          className="right-auto grid w-[min(20rem,85vw)] border-r border-line p-3"
          onClose={() => setListOpen(false)}
        >
          {conversationList}
          {deleteDialog}
        </Dialog>
      ) : (
        deleteDialog
      )}
      {import.meta.env.DEV && (
        <LabDoor core={core} run={turns.at(-1)?.run} runId={turns.at(-1)?.runId} conversationId={id} />
      )}
    </div>
  )
}

function loadRest(): void {
  void Promise.allSettled([
    markdownPart.load().then(({ warmUp }) => warmUp()),
    laterPart.load().then(({ overPart }) => overPart.load()),
  ])
}

function hasNotice({ setAside, newer, unsaved, deletedElsewhere }: LibraryState): boolean {
  return setAside > 0 || newer > 0 || unsaved || deletedElsewhere
}
