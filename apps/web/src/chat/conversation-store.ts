import * as z from 'zod/mini'
import { type Conversation, CONVERSATION_VERSION, ConversationSchema } from './conversation.ts'

const KEY = 'sluice.conversation.'
const ASIDE = 'sluice.set-aside.'

/** What is there, as far as it can be read. */
interface Shelf {
  /** Newest first. */
  readonly conversations: readonly Conversation[]
  /** How many records could not be read, now or earlier, and wait under another key. */
  readonly setAside: number
  /** How many were written by a newer version of this page. They are left alone. */
  readonly newer: number
}

/** Conversations in the browser's storage, a key for each. */
export interface ConversationStore {
  /** Everything; what cannot be read is set aside on the way. */
  shelf(): Shelf
  /** Undefined when there is none, or when it cannot be read. */
  read(id: string): Conversation | undefined
  /** False when there is no room, or no permission. */
  write(conversation: Conversation): boolean
  remove(id: string): void
  /** The text of everything that was set aside. */
  readSetAside(): Record<string, string>
  removeSetAside(): void
  /** Another tab changed or removed the conversation. */
  onForeignChange(run: (id: string) => void): () => void
}

const NewerSchema = z.looseObject({ version: z.number().check(z.gt(CONVERSATION_VERSION)) })

export function createConversationStore(
  storage: () => Storage,
  page: Pick<Window, 'addEventListener' | 'removeEventListener'>,
): ConversationStore {
  const keys = (prefix: string): string[] =>
    attempt(() => Object.keys(storage()).filter((key) => key.startsWith(prefix))) ?? []

  function readKey(key: string): Conversation | 'newer' | 'unreadable' | undefined {
    const text = attempt(() => storage().getItem(key))
    if (text === null || text === undefined) return undefined
    const value = attempt((): unknown => JSON.parse(text))
    const parsed = ConversationSchema.safeParse(value)
    if (parsed.success && KEY + parsed.data.id === key) return parsed.data
    return NewerSchema.safeParse(value).success ? 'newer' : 'unreadable'
  }

  function setAside(key: string) {
    attempt(() => {
      const text = storage().getItem(key) ?? ''
      // Removed first: a full storage has no room for both.
      storage().removeItem(key)
      storage().setItem(ASIDE + key.slice(KEY.length), text)
    })
  }

  return {
    shelf() {
      const conversations: Conversation[] = []
      let newer = 0
      for (const key of keys(KEY)) {
        const found = readKey(key)
        if (found === 'newer') newer++
        else if (found === 'unreadable') setAside(key)
        else if (found) conversations.push(found)
      }
      conversations.sort((a, b) => b.updatedAt - a.updatedAt)
      return { conversations, newer, setAside: keys(ASIDE).length }
    },
    read(id) {
      const found = readKey(KEY + id)
      return typeof found === 'object' ? found : undefined
    },
    write: (conversation) =>
      attempt(() => {
        storage().setItem(KEY + conversation.id, JSON.stringify(conversation))
        return true
      }) ?? false,
    remove(id) {
      attempt(() => storage().removeItem(KEY + id))
    },
    readSetAside: () =>
      Object.fromEntries(
        keys(ASIDE).map((key) => [key.slice(ASIDE.length), attempt(() => storage().getItem(key)) ?? '']),
      ),
    removeSetAside() {
      for (const key of keys(ASIDE)) attempt(() => storage().removeItem(key))
    },
    onForeignChange(run) {
      const listener = ({ key }: StorageEvent) => {
        if (key?.startsWith(KEY)) run(key.slice(KEY.length))
      }
      page.addEventListener('storage', listener)
      return () => page.removeEventListener('storage', listener)
    },
  }
}

/** Storage may be forbidden, full, or hold anything: the page goes on without it. */
function attempt<T>(what: () => T): T | undefined {
  try {
    return what()
  } catch {
    return undefined
  }
}
