import { createChat } from '../chat/chat.ts'
import { createConversationStore } from '../chat/conversation-store.ts'
import { createDrafts, type Drafts } from '../chat/draft.ts'
import { createLibrary, type Library } from '../chat/library.ts'
import { createSettings, type Settings } from '../chat/settings.ts'
import { createModelList, type ModelList } from '../model-list.ts'
import { MAX_COMMIT_CHARS } from '../run/run-store.ts'
import { createChatApi, createClient, limit } from '../trpc.ts'
import { hashId } from './use-hash-id.ts'

/** Everything behind the page; no React in it. */
export interface Core {
  readonly library: Library
  readonly drafts: Drafts
  readonly settings: Settings
  readonly modelList: ModelList
  /** Shows at most so many characters per commit; undefined: as many as are good. For the lab. */
  readonly limitReader: (commitChars: number | undefined) => void
}

export function createCore(): Core {
  const client = createClient()
  const modelList = createModelList({ fetch: () => client.models.list.query(undefined, limit()) })
  const settings = createSettings(() => window.localStorage)
  let commitChars = MAX_COMMIT_CHARS
  const api = createChatApi(client, modelList.load)
  const library = createLibrary({
    store: createConversationStore(() => window.localStorage, window),
    createChat: (storage) =>
      createChat({
        api,
        storage,
        settings: settings.getSnapshot,
        maxPromptChars: () => modelList.getSnapshot().models?.maxPromptChars,
        commitChars: () => commitChars,
      }),
    startWith: hashId(),
  })
  const limitReader = (chars = MAX_COMMIT_CHARS) => {
    commitChars = chars
  }
  return { library, drafts: createDrafts(() => window.sessionStorage), settings, modelList, limitReader }
}
