import { QueryClient } from '@tanstack/react-query'
import { backoffMs, isRefusal } from '@sluice/client'

/** Asks until somebody answers; what the server refuses stays refused. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
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
}
