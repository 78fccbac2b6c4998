import { useEffect, useSyncExternalStore } from 'react'
import type { Chat, ChatState } from './chat.ts'

/** Shows a conversation, and keeps it when the page goes: a reload goes on from what had been rendered. */
export function useChat(chat: Chat): ChatState {
  useEffect(() => {
    window.addEventListener('pagehide', chat.save)
    // A phone that discards a hidden tab sends no pagehide.
    document.addEventListener('visibilitychange', chat.save)
    return () => {
      window.removeEventListener('pagehide', chat.save)
      document.removeEventListener('visibilitychange', chat.save)
    }
  }, [chat])

  return useSyncExternalStore(chat.subscribe, chat.getSnapshot)
}
