import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Chat } from './chat.ts'

interface OpenChatsState {
  /** The one that is shown. */
  readonly chat: Chat
  /** Others whose answers are still being written, and read by this tab. */
  readonly background: readonly Chat[]
  /** The conversation that was shown before is not there any more, or not for this owner. */
  readonly gone: boolean
}

/** The conversations that are open in this tab: at first a new one. A zustand store. */
export interface OpenChats extends Omit<StoreApi<OpenChatsState>, 'setState'> {
  /** Shows a conversation of the server. */
  readonly open: (id: string) => void
  /** Shows a new conversation, unless nothing has been asked in the one that is shown. */
  readonly create: () => void
  /** Shows a new conversation in place of one that is gone. */
  readonly replaceGone: () => void
}

/** @param createChat With an id: for a conversation that the server has. */
export function createOpenChats(createChat: (id?: string) => Chat): OpenChats {
  const store = createStore<OpenChatsState>(() => ({ chat: createChat(), background: [], gone: false }))
  const { getState, setState } = store

  function show(chat: Chat, gone = false) {
    const { chat: left, background } = getState()
    const others = background.filter((other) => other !== chat)
    if (!left.getState().busy) {
      left.close()
      setState({ chat, background: others, gone })
      return
    }
    setState({ chat, background: [...others, left], gone })
    const forget = left.subscribe(({ busy }) => {
      if (busy) return
      forget()
      if (getState().chat !== left) left.close()
      setState({ background: getState().background.filter((other) => other !== left) })
    })
  }

  return {
    ...store,
    open(id) {
      const { chat, background } = getState()
      if (chat.id !== id) show(background.find((other) => other.id === id) ?? createChat(id))
    },
    create() {
      if (!getState().chat.isNew()) show(createChat())
    },
    replaceGone: () => show(createChat(), true),
  }
}
