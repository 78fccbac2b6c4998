import { keepPreviousData } from '@tanstack/react-query'
import { type Outputs, REFETCH_MS, trpc } from '../api.ts'
import { useModels } from '../chat/use-models.ts'
import { useSettled } from '../ui/use-settled.ts'

export type ListedNote = Outputs['notes']['list']['notes'][number]

/** The notes, the one that was changed last first; with `words`, those that have them all. Page by page. */
export function useNotes(words: string) {
  const wanted = useSettled(words.trim())
  const isSearch = wanted !== ''
  // Nothing is asked before the session is there.
  const ready = useModels().isSuccess
  const paged = {
    getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor,
    refetchInterval: REFETCH_MS,
  }
  const list = trpc.notes.list.useInfiniteQuery({}, { ...paged, enabled: ready && !isSearch })
  const found = trpc.notes.search.useInfiniteQuery(
    { words: wanted },
    { ...paged, enabled: ready && isSearch, placeholderData: keepPreviousData },
  )
  const { data, failureReason, hasNextPage, fetchNextPage } = isSearch ? found : list
  return {
    /** Undefined until they are read. */
    notes: data?.pages.flatMap<ListedNote>(({ notes }) => notes),
    isSearch,
    /** The latest attempt to read them failed. It is repeated, unless the server refused it. */
    failure: failureReason,
    /** Reads the next page; undefined after the last one. */
    more: hasNextPage ? () => void fetchNextPage() : undefined,
  }
}
