import { isRefusal } from '@sluice/client'
import { useLayoutEffect } from 'react'
import { useStore } from 'zustand'
import { type Conversation, REFETCH_MS, trpc } from '../api.ts'
import type { Chat, ChatState } from './chat.ts'
import { useModels } from './use-models.ts'

export interface ConversationState extends ChatState {
  /** As the server has it; undefined until it has been read. */
  readonly conversation: Conversation | undefined
  /** The server has no such conversation, or none that the user may see. */
  readonly missing: boolean
}

/** Shows a conversation, and keeps up with what other tabs and devices make of it. */
export function useConversation(chat: Chat): ConversationState {
  const state = useStore(chat)
  // Nothing is read before the session is there: see `ChatApi`.
  const ready = useModels().isSuccess
  const { data, error, isFetching } = trpc.conversations.get.useQuery(
    { conversationId: chat.id },
    // What is written here is followed here.
    { enabled: ready && state.exists, refetchInterval: state.busy ? false : REFETCH_MS },
  )

  // Before the first paint, which is to show what is known already.
  useLayoutEffect(() => {
    if (data) chat.receive(data)
  }, [chat, data])

  // One that was restored is being read again, and has its old error until then.
  const missing = !isFetching && isRefusal(error) && error.data?.code === 'NOT_FOUND'
  return { ...state, conversation: data, missing }
}
