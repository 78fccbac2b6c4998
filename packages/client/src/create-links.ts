import { httpLink, type HTTPLinkOptions, httpSubscriptionLink, splitLink, type TRPCLink } from '@trpc/client'
import type { AnyTRPCRouter } from '@trpc/server'

/**
 * ms that a query or a mutation may take; then it fails here, whatever the server still does for it. Long enough for
 * a slow phone, short enough that a request which got lost is made again.
 *
 * So none may wait for Claude, who takes minutes: a mutation starts a run and returns its id, and `runs.events`
 * follows it.
 */
const REQUEST_MS = 15_000

/**
 * The links of a tRPC client for Sluice: `createTRPCClient<AppRouter>({ links: createLinks({ url: '/trpc' }) })`.
 *
 * A subscription is not retried here. An EventSource comes back by itself after a lost socket, but gives up for good
 * on a 502, and a link that retries knows nothing of positions: `followRun` does all of that.
 */
export function createLinks({ url }: { url: string }): TRPCLink<AnyTRPCRouter>[] {
  return [
    splitLink({
      condition: (op) => op.type === 'subscription',
      true: httpSubscriptionLink({ url }),
      // Not batched: an ack or a Stop must not wait for the slowest call beside it.
      false: httpLink({ url, fetch: fetchInTime }),
    }),
  ]
}

type Fetch = NonNullable<HTTPLinkOptions<AnyTRPCRouter['_def']['_config']['$types']>['fetch']>

const fetchInTime: Fetch = (input, init) => {
  const timeout = AbortSignal.timeout(REQUEST_MS)
  const signal = init?.signal ? AbortSignal.any([init.signal, timeout]) : timeout
  return fetch(input, { ...init, signal })
}
