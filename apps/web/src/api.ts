import { QueryClient } from '@tanstack/react-query'
import { createTRPCReact } from '@trpc/react-query'
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server'
import { backoffMs, createLinks, isRefusal } from '@sluice/client'
import type { AppRouter } from '@sluice/server'

export const trpc = createTRPCReact<AppRouter>()

export type Inputs = inferRouterInputs<AppRouter>
export type Outputs = inferRouterOutputs<AppRouter>

export type ChatSend = Inputs['chat']['send']
export type ChatRegenerate = Inputs['chat']['regenerate']
export type Conversation = Outputs['conversations']['get']
/** A question or an answer. */
export type Message = Conversation['messages'][number]
export type ListedConversation = Outputs['conversations']['list']['conversations'][number]
export type Models = Outputs['models']['list']

export function createClient() {
  return trpc.createClient({ links: createLinks({ url: '/trpc' }) })
}

/** How often the page asks what another tab or device has changed. It also asks when its window gets the focus. */
export const REFETCH_MS = 10_000
/** Attempts of a change, about 10 seconds. */
const MUTATION_ATTEMPTS = 6

const retryDelay = (failures: number) => backoffMs(failures + 1)

/** Repeats a query until the server answers, and a mutation for a while; a refusal is an answer. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // The server may be on this very machine, which works without a network.
      queries: { networkMode: 'always', retry: (_failures, error) => !isRefusal(error), retryDelay },
      mutations: {
        networkMode: 'always',
        retry: (failures, error) => failures < MUTATION_ATTEMPTS && !isRefusal(error),
        retryDelay,
      },
    },
  })
}
