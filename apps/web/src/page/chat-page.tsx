import { useRef, useState } from 'react'
import { announcementOf } from '../answer/answer-state.ts'
import type { Chat } from '../chat/chat.ts'
import { useChat } from '../chat/use-chat.ts'
import { trpc } from '../trpc.ts'
import { Announcer } from './announcer.tsx'
import { Composer } from './composer.tsx'
import { Conversation } from './conversation.tsx'
import { Header } from './header.tsx'
import { useEscape } from './use-escape.ts'
import { useStickToBottom } from './use-stick-to-bottom.ts'
import { Welcome } from './welcome.tsx'

export function ChatPage({ chat }: { chat: Chat }) {
  const { turns, busy, stopping, refusal } = useChat(chat)
  const models = trpc.models.list.useQuery(undefined, { staleTime: Infinity })
  const [draft, setDraft] = useState('')
  const composer = useRef<HTMLTextAreaElement>(null)
  const { scroller, content, stick } = useStickToBottom()
  useEscape(busy, chat.stop)

  // Nothing is followed before the session is there: see `createChatApi`.
  const ready = models.isSuccess

  async function send() {
    const prompt = draft.trim()
    if (prompt === '' || busy) return
    setDraft('')
    stick()
    const accepted = await chat.send(prompt)
    if (!accepted) setDraft((typed) => typed || prompt)
  }

  function edit() {
    setDraft(chat.takeBack())
    composer.current?.focus()
  }

  function retry() {
    stick()
    chat.retry()
    composer.current?.focus()
  }

  function stop() {
    chat.stop()
    composer.current?.focus()
  }

  function startOver() {
    chat.clear()
    composer.current?.focus()
  }

  function suggest(prompt: string) {
    setDraft(prompt)
    composer.current?.focus()
  }

  return (
    <div className="page">
      <Header models={models.data} canStartOver={turns.length > 0} onNewChat={startOver} />
      <main className="scroller" ref={scroller} tabIndex={0} aria-label="Conversation">
        <div className="column" ref={content}>
          {turns.length === 0 ? (
            <Welcome simulator={models.data?.simulator ?? false} onPick={suggest} />
          ) : (
            <Conversation turns={turns} live={ready} busy={busy} onRetry={retry} onEdit={edit} />
          )}
        </div>
      </main>
      <Composer
        ref={composer}
        draft={draft}
        busy={busy}
        stopping={stopping}
        maxChars={models.data?.maxPromptChars}
        refusal={refusal ?? (models.isError ? models.error.message : undefined)}
        unreachable={models.failureCount > 1 && models.isPending}
        onDraft={setDraft}
        onSend={() => void send()}
        onStop={stop}
      />
      <Announcer run={turns.at(-1)?.run} describe={announcementOf} />
    </div>
  )
}
