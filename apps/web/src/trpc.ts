import { createTRPCReact } from '@trpc/react-query'
import { type HTTPLinkOptions, httpLink, httpSubscriptionLink, retryLink, splitLink } from '@trpc/client'
import type { AppRouter } from '@sluice/server'
import { backoffMs, isRefusal } from '@sluice/client'
import type { ChatApi } from './chat/chat-api.ts'

export const trpc = createTRPCReact<AppRouter>()

const url = '/trpc'

/**
 * ms that a query or a mutation may take; then it fails in the page, whatever the server still does for it. Long
 * enough for a slow phone, short enough that a request which fell into a hole is made again.
 *
 * So none may wait for Claude, who takes minutes: a mutation starts a run and returns its id, and `runs.events`
 * follows it.
 */
const REQUEST_MS = 15_000

const patientFetch: NonNullable<HTTPLinkOptions<AppRouter['_def']['_config']['$types']>['fetch']> = (
  input,
  init,
) => {
  const timeout = AbortSignal.timeout(REQUEST_MS)
  const signal = init?.signal ? AbortSignal.any([init.signal, timeout]) : timeout
  return fetch(input, { ...init, signal })
}

export type Client = ReturnType<typeof createClient>

export function createClient() {
  return trpc.createClient({
    links: [
      splitLink({
        condition: (op) => op.type === 'subscription',
        true: [
          // An EventSource retries a lost socket by itself, but gives up for good on a 502 from a proxy. What
          // the server itself refuses stays refused.
          retryLink({
            retry: ({ error }) => !isRefusal(error),
            retryDelayMs: (attempt) => backoffMs(attempt),
          }),
          httpSubscriptionLink({ url }),
        ],
        // Not batched: an ack or a Stop must not wait for the slowest call beside it.
        false: httpLink({ url, fetch: patientFetch }),
      }),
    ],
  })
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
    stop: (input) => client.runs.stop.mutate(input),
    ack: (input) => client.runs.ack.mutate(input),
    events: (input, handlers) => client.runs.events.subscribe(input, handlers),
  }
}
