import type { inferRouterOutputs } from '@trpc/server'
import type { AppRouter } from '@sluice/server'
import { backoffMs } from './backoff.ts'
import { type PageClock, pageClock } from './run/page-clock.ts'
import { isRefusal } from './server-error.ts'

export type Models = inferRouterOutputs<AppRouter>['models']['list']

export interface ModelListState {
  readonly models: Models | undefined
  /** Attempts in a row that nobody answered. */
  readonly failures: number
  /** Why the server would not say. */
  readonly refusal: string | undefined
}

/** What can be asked, as the server says once. Also the first request, whose answer sets the session. */
export interface ModelList {
  readonly getSnapshot: () => ModelListState
  readonly subscribe: (listener: () => void) => () => void
  /** Asks until somebody answers, once for all callers. Rejects when the server refuses; the next call asks again. */
  readonly load: () => Promise<Models>
}

export function createModelList(options: { fetch: () => Promise<Models>; clock?: PageClock }): ModelList {
  const { fetch, clock = pageClock } = options
  const listeners = new Set<() => void>()
  let state: ModelListState = { models: undefined, failures: 0, refusal: undefined }
  let loading: Promise<Models> | undefined

  function publish(next: ModelListState) {
    state = next
    for (const listener of listeners) listener()
  }

  async function attempt(): Promise<Models> {
    for (let failures = 0; ;) {
      try {
        const models = await fetch()
        publish({ models, failures: 0, refusal: undefined })
        return models
      } catch (error) {
        if (isRefusal(error)) {
          loading = undefined
          publish({ models: undefined, failures, refusal: error.message })
          throw error
        }
        publish({ models: undefined, failures: ++failures, refusal: undefined })
        const wait = backoffMs(failures)
        await new Promise<void>((resolve) => void clock.after(wait, resolve))
      }
    }
  }

  return {
    getSnapshot: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    load: () => (loading ??= attempt()),
  }
}
