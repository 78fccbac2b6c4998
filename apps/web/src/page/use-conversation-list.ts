import { keepPreviousData } from '@tanstack/react-query'
import { type ListedConversation, REFETCH_MS, trpc } from '../api.ts'
import { useModels } from '../chat/use-models.ts'
import { dayOf } from '../ui/format.ts'
import { useSettled } from '../ui/use-settled.ts'

/** `excerpt`: where a search found its words. */
export type Listed = ListedConversation & { readonly excerpt?: string | null }

/** The conversations, the one that was used last first; with `words`, those that have them. Page by page. */
export function useConversationList(words: string) {
  const wanted = useSettled(words.trim())
  // Nothing is asked before the session is there.
  const ready = useModels().isSuccess
  const paged = { getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor }
  const list = trpc.conversations.list.useInfiniteQuery(
    {},
    { ...paged, enabled: ready, refetchInterval: REFETCH_MS },
  )
  const found = trpc.conversations.search.useInfiniteQuery(
    { words: wanted },
    { ...paged, enabled: ready && wanted !== '', placeholderData: keepPreviousData },
  )
  const { data, hasNextPage, fetchNextPage } = wanted === '' ? list : found
  return {
    /** Undefined until they are read. */
    days: data && byDay(data.pages.flatMap<Listed>(({ conversations }) => conversations)),
    isSearch: wanted !== '',
    /** Reads the next page; undefined after the last one. */
    more: hasNextPage ? () => void fetchNextPage() : undefined,
  }
}

function byDay(conversations: readonly Listed[]) {
  const days: { day: string; conversations: Listed[] }[] = []
  for (const conversation of conversations) {
    const day = dayOf(new Date(conversation.updatedAt))
    const last = days.at(-1)
    if (last?.day === day) last.conversations.push(conversation)
    else days.push({ day, conversations: [conversation] })
  }
  return days
}
