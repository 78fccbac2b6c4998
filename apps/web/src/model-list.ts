import type { inferRouterOutputs } from '@trpc/server'
import type { AppRouter } from '@sluice/server'
import { isRefusal } from '@sluice/client'
import { trpc } from './trpc.ts'

export type Models = inferRouterOutputs<AppRouter>['models']['list']

export interface ModelList {
  readonly models: Models | undefined
  /** Attempts in a row that nobody answered. */
  readonly failures: number
  /** Why the server would not say. */
  readonly refusal: string | undefined
}

/** What can be asked, as the server says once. Also the first request, whose answer sets the session. */
export function useModelList(): ModelList {
  const { data, failureCount, error } = trpc.models.list.useQuery(undefined, { staleTime: Infinity })
  return { models: data, failures: failureCount, refusal: isRefusal(error) ? error.message : undefined }
}
