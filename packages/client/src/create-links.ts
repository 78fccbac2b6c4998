import { httpLink, type HTTPLinkOptions, httpSubscriptionLink, splitLink, type TRPCLink } from '@trpc/client'
import type { AnyTRPCRouter } from '@trpc/server'

/**
 * Timeout of a query or mutation, in ms. Long enough for a slow phone, short enough that a lost request is soon retried.
 *
 * So a procedure must not wait for an answer of Claude, which takes minutes: a mutation starts a run and returns its id,
 * and `runs.events` follows it.
 */
const REQUEST_MS = 15_000

/**
 * The links of a tRPC client for Sluice: `createTRPCClient<AppRouter>({ links: createLinks({ url: '/trpc' }) })`.
 *
 * A subscription is not retried here. An EventSource reconnects by itself after a lost socket but not after a 502, and a
 * retry link does not know positions. `followRun` does all of that.
 */
export function createLinks({ url }: { url: string }): TRPCLink<AnyTRPCRouter>[] {
  return [
    splitLink({
      condition: (op) => op.type === 'subscription',
      true: httpSubscriptionLink({ url }),
      // Not batched: an ack or a Stop must not wait for the slowest call beside it.
      false: httpLink({ url, fetch: fetchWithTimeout }),
    }),
  ]
}

type Fetch = NonNullable<HTTPLinkOptions<AnyTRPCRouter['_def']['_config']['$types']>['fetch']>

const fetchWithTimeout: Fetch = (input, init) => {
  const timeout = AbortSignal.timeout(REQUEST_MS)
  const signal = init?.signal ? AbortSignal.any([init.signal, timeout]) : timeout
  return fetch(input, { ...init, signal })
}
