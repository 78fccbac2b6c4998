/**
 * The app in the browser. Imports run in one direction, from the top of this list to its bottom, which the linter
 * checks:
 *
 * - `main.tsx`, the entry; `router.tsx`, the paths; and `pages.ts`, what there is beside the chat
 * - `page/`: the chat page: header, list of conversations, composer
 * - `lab/`: the panel that shows the flow of an answer and disturbs it; in development only
 * - `account/`: signing in and out, where the server has accounts
 * - `turn/`: one question and its answer
 * - `tools/`: a call of a tool in an answer, and the views of tools
 * - `notes/`: the page of notes, and what Claude's calls for notes look like
 * - `chat/`: what is asked and kept, in zustand stores that components read with `useStore`
 * - `ui/`: buttons, dialogs, links and formats that know nothing of chats; and `api.ts`, the client of the server
 *
 * What `pnpm gen` writes has a folder of its own: a page uses all of these, and the view of a tool only `ui/`.
 */
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { useStore } from 'zustand'
import { AccountHost } from './account/account-host.tsx'
import { trpc } from './api.ts'
import { createCore } from './chat/create-core.ts'
import { BrokenPage } from './page/broken-page.tsx'
import { Router } from './router.tsx'
import { ShowFigures } from './turn/show-figures.ts'
import { ErrorBoundary } from './ui/error-boundary.tsx'
import './page/page.css'

function App() {
  const [core] = useState(createCore)
  const { figures = import.meta.env.DEV } = useStore(core.settings)

  return (
    <trpc.Provider client={core.client} queryClient={core.queryClient}>
      <QueryClientProvider client={core.queryClient}>
        <ShowFigures value={figures}>
          <Router core={core} />
          <AccountHost core={core} />
        </ShowFigures>
      </QueryClientProvider>
    </trpc.Provider>
  )
}

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')

createRoot(root).render(
  <StrictMode>
    <ErrorBoundary failed={<BrokenPage />}>
      <App />
    </ErrorBoundary>
  </StrictMode>,
)
