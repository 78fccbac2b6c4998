import { createLinks } from '@sluice/client'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Haiku } from './page/haiku.tsx'
import { Trip } from './page/trip.tsx'
import { trpc } from './api.ts'

const client = trpc.createClient({ links: createLinks({ url: '/trpc' }) })
const queryClient = new QueryClient()

createRoot(document.body).render(
  <StrictMode>
    <trpc.Provider client={client} queryClient={queryClient}>
      <QueryClientProvider client={queryClient}>
        <Haiku />
        <Trip />
      </QueryClientProvider>
    </trpc.Provider>
  </StrictMode>,
)
