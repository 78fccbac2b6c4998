import { QueryClientProvider } from '@tanstack/react-query'
import { useState } from 'react'
import { trpc } from '../trpc.ts'
import { ChatPage } from './chat-page.tsx'
import { createCore } from './create-core.ts'
import { ErrorBoundary } from './error-boundary.tsx'

export function App() {
  return (
    <ErrorBoundary>
      <Page />
    </ErrorBoundary>
  )
}

function Page() {
  const [core] = useState(createCore)

  return (
    <trpc.Provider client={core.client} queryClient={core.queryClient}>
      <QueryClientProvider client={core.queryClient}>
        <ChatPage core={core} />
      </QueryClientProvider>
    </trpc.Provider>
  )
}
