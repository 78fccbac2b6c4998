import type { QueryClient } from '@tanstack/react-query'
import { getQueryKey } from '@trpc/react-query'
import { trpc } from '../api.ts'

/**
 * The notes were changed: what is shown of them is read again, and what is not shown is forgotten. Nothing is awaited: what
 * follows a change does not wait for the list.
 */
export function invalidateNotes(queryClient: QueryClient): void {
  const queryKey = getQueryKey(trpc.notes)
  queryClient.removeQueries({ queryKey, type: 'inactive' })
  void queryClient.invalidateQueries({ queryKey })
}
