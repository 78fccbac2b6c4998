import { trpc } from '../api.ts'

/** The server's models and limits, requested once. It is the page's first request, whose response sets the session. */
export function useModels() {
  return trpc.models.list.useQuery(undefined, { staleTime: Infinity })
}
