import type { ReactNode } from 'react'
import { Route, Switch } from 'wouter'
import { useStore } from 'zustand'
import type { Core } from './chat/create-core.ts'
import { BrokenPage } from './page/broken-page.tsx'
import { ChatPage } from './page/chat-page.tsx'
import { NotFoundPage } from './page/not-found-page.tsx'
import { pages } from './pages.ts'
import { BackgroundRun } from './turn/background-run.tsx'
import { ErrorBoundary } from './ui/error-boundary.tsx'
import { late } from './ui/late.ts'
import type { Path } from './ui/link.tsx'

const besideChat = pages.map(({ path, load }) => ({ path, Page: late(load) }))

/** The pages and their paths. */
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
      {besideChat.map(({ path, Page }) => (
        <Route key={path} path={path}>
          <BesideChat core={core}>{(back) => <Page back={back} />}</BesideChat>
        </Route>
      ))}
      <Route component={NotFoundPage} />
    </Switch>
  )
}

/**
 * A page that is not the chat. It goes on reading the answers that are being written, which would end without a reader.
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
