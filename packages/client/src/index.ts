/**
 * Follows a run from JavaScript; `@sluice/client/react` shows one in React.
 *
 * `createLinks` makes a tRPC client for Sluice, and `createRunStore` takes its `client.runs`. The store is one run as
 * a page sees it, and three parts work in it. The follower (`follow-run.ts`) subscribes to the run's events,
 * checks that their positions leave nothing out, and subscribes again from where it stands whenever a connection is
 * lost; nothing else retries the subscription. The commit scheduler decides when the events that wait become a new
 * snapshot: one for each frame of the server, fewer and smaller ones on a slow device. The acker tells the server
 * what has been rendered, which the page reports with `rendered`, so that Claude is read no faster than the page
 * can show it.
 *
 * Starting a run is a call of your own. Its id is chosen here, so `retry` may repeat the call; `createStartOnce` also
 * covers a server that was restarted in between.
 */
export { backoffMs } from './backoff.ts'
export { createLinks } from './create-links.ts'
export { type RunFailure } from './follow-run.ts'
export { newId } from './new-id.ts'
export { type PageClock, pageClock } from './page-clock.ts'
export { MAX_ATTEMPTS, retry, type RetryOptions } from './retry.ts'
export { type CallError, type RunsApi } from './runs-api.ts'
export { createRunStore, isOver, type RunSnapshot, type RunStore, type RunStoreOptions } from './run-store.ts'
export { isForgotten, isRefusal } from './server-error.ts'
export { createStartOnce, type StartApi } from './start-once.ts'
