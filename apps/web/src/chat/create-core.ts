import { createTRPCQueryUtils } from '@trpc/react-query'
import { createStore } from 'zustand/vanilla'
import { createClient, createQueryClient } from '../api.ts'
import { type ChatApi, createChat } from './chat.ts'
import { createDrafts, NEW_CHAT } from './draft.ts'
import { createOpenChats, type OpenChats } from './open-chats.ts'
import { createSettings } from './settings.ts'

export type Core = ReturnType<typeof createCore>

/** Everything behind the page; no React in it. */
export function createCore() {
  const client = createClient()
  const queryClient = createQueryClient()
  const { models } = createTRPCQueryUtils({ queryClient, client })
  // The first request; what the page shows of it comes from `useModels`.
  const loadModels = () => models.list.ensureData()
  const settings = createSettings(() => window.localStorage)
  // Of another tab.
  window.addEventListener('storage', settings.reload)
  const drafts = createDrafts(() => window.sessionStorage)
  // What answers are shown at, at most, in characters a second: for the lab.
  const readerSpeed = createStore(() => Number.POSITIVE_INFINITY)
  const api: ChatApi = {
    // Its answer sets the session.
    ready: loadModels,
    start: (start) =>
      'content' in start ? client.chat.send.mutate(start) : client.chat.regenerate.mutate(start),
    decide: (decision) => client.tools.decide.mutate(decision),
    runs: client.runs,
  }
  const openChats: OpenChats = createOpenChats((id) =>
    createChat({
      api,
      id,
      settings: () => {
        const { model, effort, onDisconnect } = settings.getState()
        // The server's owner may since have taken away the choice.
        const isRefused = models.list.getData()?.onDisconnect.every((allowed) => allowed !== onDisconnect)
        return { model, effort, onDisconnect: isRefused ? undefined : onDisconnect }
      },
      onAccepted: (accepted) => {
        if (accepted === openChats.getState().chat.id) drafts.adopt(accepted)
      },
      onUnsent: ({ prompt, attachments = [] }, conversationId = NEW_CHAT) =>
        drafts.prepend(conversationId, { prompt, attachments }),
      // All that is shown: tools may have changed anything.
      onChange: () => void queryClient.invalidateQueries(),
      charsPerSecond: readerSpeed.getState,
    }),
  )
  // The page is left or reloaded.
  window.addEventListener('pagehide', ({ persisted }) => {
    const { chat, background } = openChats.getState()
    if (!persisted) for (const open of [chat, ...background]) open.close()
  })
  return { client, queryClient, loadModels, openChats, drafts, settings, readerSpeed }
}
