/**
 * Follows a run from JavaScript; `@sluice/client/react` shows one in React.
 *
 * `createLinks` makes a tRPC client for Sluice, and `createRunStore` takes its `client.runs`. The store holds one run
 * for a page. It has three parts. The follower (`follow-run.ts`) subscribes to the run's events, checks that their
 * positions are contiguous, and subscribes again from its position when a connection is lost; nothing else retries the
 * subscription. The commit scheduler decides when waiting events become a new snapshot: one per frame of the server,
 * fewer and smaller ones on a slow device. The acker tells the server what has been rendered, which the page reports
 * with `rendered`, so Claude is read no faster than the page can show it.
 *
 * `@sluice/client/typed` shows structured output while it grows. `partial-json.ts` parses what is new in a commit, and
 * `typed-run-store.ts` tells React of both at once.
 *
 * To start a run, call your own procedure. The client chooses the run id, so `retry` may repeat the call.
 * `createStartOnce` also waits for the session first, and tells a refused start from one without a response.
 */
export { backoffMs } from './backoff.ts'
export { createLinks } from './create-links.ts'
export { type RunFailure } from './follow-run.ts'
export { newId } from './new-id.ts'
export { type PageClock, pageClock } from './page-clock.ts'
export { MAX_ATTEMPTS, retry, type RetryOptions } from './retry.ts'
export { type CallError, type RunsApi } from './runs-api.ts'
export { createRunStore, isOver, type RunSnapshot, type RunStore, type RunStoreOptions } from './run-store.ts'
export { isRefusal } from './server-error.ts'
export { createStartOnce, type StartApi } from './start-once.ts'
