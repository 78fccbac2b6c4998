import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { AccountEntry } from '../account/account-entry.tsx'
import { trpc } from '../api.ts'
import { fileNameOf, toMarkdown } from '../chat/export-conversation.ts'
import { shownTitle } from '../chat/title.ts'
import { useConversation } from '../chat/use-conversation.ts'
import { useModels } from '../chat/use-models.ts'
import { LabToggle } from '../lab/lab-toggle.tsx'
import { invalidateNotes } from '../notes/invalidate-notes.ts'
import { MarkdownPreload } from '../turn/answer-text.tsx'
import { BackgroundRun } from '../turn/background-run.tsx'
import { ErrorBoundary } from '../ui/error-boundary.tsx'
import { FocusComposer } from '../ui/focus-composer.ts'
import { late } from '../ui/late.ts'
import { useNavigate } from '../ui/link.tsx'
import { Notice } from '../ui/notice.tsx'
import { problemOf } from '../ui/problem-of.ts'
import { UndoToast } from '../ui/undo-toast.tsx'
import { useKey } from '../ui/use-key.ts'
import { Announcer } from './announcer.tsx'
import { Composer } from './composer.tsx'
import { Conversation } from './conversation.tsx'
import { ConversationList } from './conversation-list.tsx'
import type { Core } from '../chat/create-core.ts'
import { download } from './download.ts'
import { Header } from './header.tsx'
import { JumpToLatest } from './jump-to-latest.tsx'
import { PageLinks } from './page-links.tsx'
import { Sidebar } from './sidebar.tsx'
import { useAddress } from './use-address.ts'
import { useRemoval } from './use-removal.ts'
import { useStickToBottom } from './use-stick-to-bottom.ts'
import { useTheme } from './use-theme.ts'
import { Suggestions, Welcome } from './welcome.tsx'

const DeleteAllDialog = late(async () => (await import('./delete-all-dialog.tsx')).DeleteAllDialog)
const ListDialog = late(async () => (await import('./list-dialog.tsx')).ListDialog)

/** @param props.conversationId undefined: a new chat. */
export function ChatPage({ core, conversationId }: { core: Core; conversationId?: string }) {
  const { openChats, drafts, settings, loadModels } = core
  const { chat, background, gone } = useStore(openChats)
  const { data: models } = useModels()
  const state = useConversation(chat)
  const { turns, busy, conversation, missing } = state
  const isNew = chat.isNew()
  const navigate = useNavigate()
  const { conversations } = trpc.useUtils()
  const renaming = trpc.conversations.rename.useMutation({ onSettled: () => conversations.invalidate() })
  const { removed, error, forgetError, remove, restore, dismiss } = useRemoval(openChats)
  const problem = problemOf(error ?? renaming.error)
  const [listOpen, setListOpen] = useState(false)
  const [deletingAll, setDeletingAll] = useState(false)
  const composer = useRef<HTMLTextAreaElement>(null)
  const drawer = useRef<HTMLDivElement>(null)
  const { scroller, content, stick, pin, following } = useStickToBottom(chat.id)
  // Until the server has named it: its question.
  const words = conversation?.title ?? (turns[0] && (turns[0].prompt || turns[0].attachments?.[0]?.name))
  const title = isNew ? undefined : words === undefined ? '' : shownTitle(words)
  useTheme(settings)
  useKey('Escape', busy, chat.stop)
  useAddress(openChats, conversationId)
  useEffect(() => {
    document.title = title ? `${busy ? '… ' : ''}${title} · Sluice` : 'Sluice'
  }, [title, busy])
  // Deleted in another tab or on another device, or the address is of another owner.
  useEffect(() => {
    if (!missing) return
    drafts.release(chat.id)
    openChats.replaceGone()
  }, [openChats, drafts, chat, missing])
  useEffect(() => {
    if (models) drafts.keepFor(models.owner)
  }, [drafts, models])
  // Not `autoFocus`, which makes the browser lay the page out in the middle of its first render.
  useEffect(() => composer.current?.focus(), [])

  const forgetFailures = useEffectEvent(() => {
    if (renaming.isError) renaming.reset()
    forgetError()
  })
  // A failure does not concern the conversation that is opened next.
  useEffect(
    () =>
      openChats.subscribe((now, before) => {
        if (now.chat !== before.chat) forgetFailures()
      }),
    [openChats],
  )

  const focusComposer = useCallback(() => composer.current?.focus(), [])

  /** Another conversation is being opened. */
  function leave() {
    setListOpen(false)
    focusComposer()
  }

  function openNewChat() {
    navigate('/')
    leave()
  }

  function exportAs(format: 'markdown' | 'json') {
    if (!conversation || title === undefined) return
    if (format === 'markdown') download(fileNameOf(title, 'md'), toMarkdown(title, turns), 'text/markdown')
    // All of it, with every version of its questions and answers.
    else download(fileNameOf(title, 'json'), JSON.stringify(conversation, null, 2), 'application/json')
  }

  function removeConversation(id: string, named: string) {
    const shown = id === chat.id
    if (shown) {
      chat.stop()
      openChats.create()
    }
    remove({ conversationId: id, title: named, shown })
    if (listOpen) drawer.current?.focus()
    else focusComposer()
  }

  /** All conversations were deleted. */
  function forgetAll() {
    setDeletingAll(false)
    for (const one of [chat, ...background]) one.stop()
    openChats.create()
    drafts.forgetAll()
    void Promise.all([conversations.get.reset(), conversations.list.reset(), conversations.search.reset()])
    invalidateNotes(core.queryClient)
    dismiss()
    focusComposer()
  }

  const lists = (
    <>
      <ConversationList
        current={chat.id}
        writing={new Set([...background.map(({ id }) => id), ...(busy ? [chat.id] : [])])}
        onOpen={leave}
        onDelete={removeConversation}
      />
      <PageLinks />
      <AccountEntry core={core} onLeave={() => setListOpen(false)} />
    </>
  )
  const toast = removed && (
    <UndoToast
      key={removed.conversationId}
      // Over neither the composer nor the links below the list.
      className="max-lg:not-in-[[role=dialog]]:top-16 lg:bottom-16 in-[[role=dialog]]:bottom-16"
      title={removed.title}
      onUndo={() => restore(removed)}
      onDismiss={dismiss}
    />
  )

  return (
    <div className="grid h-dvh grid-cols-[minmax(0,1fr)_auto] lg:grid-cols-[17rem_minmax(0,1fr)_auto]">
      <Sidebar onNewChat={openNewChat}>{lists}</Sidebar>
      <div
        className={`grid min-h-0 grid-cols-[minmax(0,1fr)] ${isNew ? 'grid-rows-[auto_minmax(0,2fr)_auto_minmax(0,3fr)]' : 'grid-rows-[auto_minmax(0,1fr)_auto]'}`}
      >
        <FocusComposer value={focusComposer}>
          <Header
            key={chat.id}
            title={title}
            models={models}
            settings={settings}
            onOpenList={() => setListOpen(true)}
            onNewChat={openNewChat}
            onExport={exportAs}
            onRename={(to) => renaming.mutate({ conversationId: chat.id, title: to })}
            onDelete={() => removeConversation(chat.id, title ?? '')}
            onDeleteAll={() => setDeletingAll(true)}
          />
          <main
            className="scroll-thin gutters overflow-x-hidden overflow-y-auto overscroll-contain"
            ref={scroller}
            tabIndex={0}
            aria-label="Conversation"
          >
            <div className={`column ${isNew ? 'flex min-h-full flex-col' : 'pt-5 pb-8'}`} ref={content}>
              {gone && isNew && (
                <Notice>The conversation that was open here is gone, or belongs to another account.</Notice>
              )}
              {problem && <Notice>{problem}</Notice>}
              {isNew ? (
                <Welcome />
              ) : (
                <Conversation
                  // Nothing of one conversation is left in another.
                  key={chat.id}
                  chat={chat}
                  state={state}
                  onGrow={pin}
                  onAsk={() => {
                    stick()
                    focusComposer()
                  }}
                />
              )}
            </div>
            {!following && !isNew && <JumpToLatest onJump={stick} />}
          </main>
        </FocusComposer>
        <Composer
          ref={composer}
          chat={chat}
          state={state}
          drafts={drafts}
          settings={settings}
          models={models}
          loadLimits={loadModels}
          onAsk={stick}
          onStop={() => {
            chat.stop()
            focusComposer()
          }}
        />
        {isNew && (
          <Suggestions
            onPick={(prompt) => {
              void chat.send(prompt)
              focusComposer()
            }}
          />
        )}
      </div>
      <Announcer run={turns.at(-1)?.run} />
      {background.map((other) => (
        <BackgroundRun key={other.id} chat={other} />
      ))}
      {!listOpen && toast}
      <ErrorBoundary>
        {listOpen && (
          <ListDialog ref={drawer} onClose={() => setListOpen(false)}>
            {lists}
            {toast}
          </ListDialog>
        )}
        {deletingAll && <DeleteAllDialog onClose={() => setDeletingAll(false)} onDeleted={forgetAll} />}
      </ErrorBoundary>
      <MarkdownPreload />
      {import.meta.env.DEV && <LabToggle core={core} />}
    </div>
  )
}
