import type { QueryClient } from '@tanstack/react-query'
import { createTRPCQueryUtils } from '@trpc/react-query'
import { createChat } from '../chat/chat.ts'
import { createConversationStore } from '../chat/conversation-store.ts'
import { createDrafts, type Drafts } from '../chat/draft.ts'
import { createLibrary, type Library } from '../chat/library.ts'
import { createSettings, type Settings } from '../chat/settings.ts'
import { createQueryClient } from '../query-client.ts'
import type { Models } from '../model-list.ts'
import { type Client, createChatApi, createClient } from '../trpc.ts'
import { hashId } from './use-hash-id.ts'

/** Everything behind the page; no React in it. */
export interface Core {
  readonly library: Library
  readonly drafts: Drafts
  readonly settings: Settings
  readonly client: Client
  readonly queryClient: QueryClient
  /** The first request; what the page shows of it comes from `useModelList`. */
  readonly loadModels: () => Promise<Models>
  /** Shows answers at this many characters a second at most; `Infinity`: as fast as the device can. For the lab. */
  readonly limitReader: (charsPerSecond: number) => void
}

export function createCore(): Core {
  const client = createClient()
  const queryClient = createQueryClient()
  const { models } = createTRPCQueryUtils({ queryClient, client })
  const loadModels = () => models.list.ensureData()
  const settings = createSettings(() => window.localStorage)
  let charsPerSecond = Number.POSITIVE_INFINITY
  const api = createChatApi(client, async () => {
    // The first answer sets the session, and is asked for until it comes. Later ones are asked for here and now.
    const list = models.list.getData() ? client.models.list.query() : loadModels()
    return (await list).epoch
  })
  const library = createLibrary({
    store: createConversationStore(() => window.localStorage, window),
    createChat: (storage) =>
      createChat({
        api,
        storage,
        settings: settings.getSnapshot,
        limits: () => models.list.getData(),
        charsPerSecond: () => charsPerSecond,
      }),
    startWith: hashId(),
  })
  const limitReader = (limit: number) => {
    charsPerSecond = limit
  }
  const drafts = createDrafts(() => window.sessionStorage)
  return { client, queryClient, loadModels, library, drafts, settings, limitReader }
}
