import { createLinks } from '@sluice/client'
import { createTRPCReact } from '@trpc/react-query'
import type { AppRouter } from '@sluice/server'
import type { ChatApi } from './chat/chat-api.ts'

export const trpc = createTRPCReact<AppRouter>()

export type Client = ReturnType<typeof createClient>

export function createClient() {
  return trpc.createClient({ links: createLinks({ url: '/trpc' }) })
}

/**
 * What the chat needs.
 *
 * The owner is a cookie that the first response sets. Two first requests side by side would make two owners,
 * and the answer of one would be hidden from the other: `epoch` must join one that is under way.
 */
export function createChatApi(client: Client, epoch: ChatApi['epoch']): ChatApi {
  return {
    epoch,
    start: (input) => client.chat.start.mutate(input),
    runs: client.runs,
  }
}
