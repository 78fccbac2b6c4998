import { useCallback, useState } from 'react'
import { trpc } from '../api.ts'
import type { OpenChats } from '../chat/open-chats.ts'
import { useNavigate } from '../ui/link.tsx'

/** A conversation that was removed, and can be restored. */
export interface Removed {
  readonly conversationId: string
  readonly title: string
  /** It was the one that was shown. */
  readonly shown: boolean
}

/** Removes conversations; the last one can be restored. */
export function useRemoval(openChats: OpenChats) {
  const navigate = useNavigate()
  const { conversations } = trpc.useUtils()
  const [removed, setRemoved] = useState<Removed>()
  // Not awaited: what follows a removal does not wait for the lists.
  const onSettled = () => void conversations.invalidate()
  const removal = trpc.conversations.remove.useMutation({ onSettled })
  const restoral = trpc.conversations.restore.useMutation({ onSettled })

  return {
    removed,
    error: removal.error ?? restoral.error,
    remove: (unwanted: Removed) => {
      const { conversationId } = unwanted
      removal.mutate({ conversationId }, { onSuccess: () => setRemoved(unwanted) })
    },
    restore: ({ conversationId, shown }: Removed) => {
      const { chat } = openChats.getState()
      setRemoved(undefined)
      restoral.mutate(
        { conversationId },
        {
          onSuccess: () => {
            // Unless another one has been opened meanwhile.
            if (shown && chat === openChats.getState().chat) navigate(`/chat/${conversationId}`)
          },
        },
      )
    },
    /** Not of one that is under way: its end is still to be told. */
    forgetError: () => {
      for (const one of [removal, restoral]) if (one.isError) one.reset()
    },
    dismiss: useCallback(() => setRemoved(undefined), []),
  }
}
