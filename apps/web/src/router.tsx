import type { ReactNode } from 'react'
import { Route, Switch } from 'wouter'
import { useStore } from 'zustand'
import type { Core } from './chat/create-core.ts'
import { BrokenPage } from './page/broken-page.tsx'
import { ChatPage } from './page/chat-page.tsx'
import { NotFoundPage } from './page/not-found-page.tsx'
import { BackgroundRun } from './turn/background-run.tsx'
import { ErrorBoundary } from './ui/error-boundary.tsx'
import { late } from './ui/late.ts'
import type { Path } from './ui/link.tsx'

const NotesPage = late(async () => (await import('./notes/notes-page.tsx')).NotesPage)

/**
 * The pages and their paths. A page is added with a line here and, to be linked to, in `Path` of `ui/link.tsx`. One that
 * is rarely seen is loaded with `late` of `ui/late.ts`.
 */
export function Router({ core }: { core: Core }) {
  return (
    <Switch>
      {/* One page, which stays as it is when the first question gives a conversation its address. */}
      <Route path="/">
        <ChatPage core={core} />
      </Route>
      <Route path="/chat/:conversationId">
        {({ conversationId }) => <ChatPage core={core} conversationId={conversationId} />}
      </Route>
      <Route path="/notes">
        <BesideChat core={core}>{(back) => <NotesPage back={back} />}</BesideChat>
      </Route>
      <Route component={NotFoundPage} />
    </Switch>
  )
}

/**
 * A page that is not the chat. It goes on reading the answers that are being written, which would end without a reader.
 * `children` gets the path of the conversation that was shown last.
 */
function BesideChat({ core, children }: { core: Core; children: (back: Path) => ReactNode }) {
  const { chat, background } = useStore(core.openChats)
  const isNew = useStore(chat, chat.isNew)

  return (
    <ErrorBoundary failed={<BrokenPage />}>
      {children(isNew ? '/' : `/chat/${chat.id}`)}
      {[chat, ...background].map((open) => (
        <BackgroundRun key={open.id} chat={open} />
      ))}
    </ErrorBoundary>
  )
}
