import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createTRPCQueryUtils } from '@trpc/react-query'
import { useState } from 'react'
import { backoffMs } from '../backoff.ts'
import { createChat } from '../chat/chat.ts'
import { createChatStorage } from '../chat/stored-chat.ts'
import { isRefusal } from '../server-error.ts'
import { createChatApi, createClient, trpc } from '../trpc.ts'
import { ChatPage } from './chat-page.tsx'
import { ErrorBoundary } from './error-boundary.tsx'

export function App() {
  const [{ client, queryClient, chat }] = useState(createApp)

  return (
    <ErrorBoundary>
      <trpc.Provider client={client} queryClient={queryClient}>
        <QueryClientProvider client={queryClient}>
          <ChatPage chat={chat} />
        </QueryClientProvider>
      </trpc.Provider>
    </ErrorBoundary>
  )
}

function createApp() {
  const client = createClient()
  const storage = createChatStorage(() => window.sessionStorage)
  const queryClient = new QueryClient({
    defaultOptions: {
      queries: {
        // The server may be on this very machine, which works without a network.
        networkMode: 'always',
        retry: (_failures, error) => !isRefusal(error),
        retryDelay: (failures) => backoffMs(failures + 1),
        refetchOnWindowFocus: false,
      },
    },
  })
  const first = createTRPCQueryUtils({ queryClient, client })
  const chat = createChat({ api: createChatApi(client, () => first.models.list.ensureData()), storage })
  return { client, queryClient, chat }
}
