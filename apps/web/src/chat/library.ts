import { newId } from '@sluice/client'
import type { Chat } from './chat.ts'
import { type Conversation, CONVERSATION_VERSION, furthest, titleOf } from './conversation.ts'
import type { ConversationStore } from './conversation-store.ts'
import type { ChatStorage, StoredTurn } from './stored-chat.ts'

export interface ConversationSummary {
  readonly id: string
  readonly title: string
  /** ms since the epoch. */
  readonly updatedAt: number
}

/** One conversation that is open in this tab. */
interface OpenChat {
  readonly id: string
  readonly chat: Chat
}

export interface LibraryState extends OpenChat {
  /** Newest first. */
  readonly conversations: readonly ConversationSummary[]
  /** Others whose answers are still being written, and followed by this tab. */
  readonly background: readonly OpenChat[]
  /** How many records could not be read, and were put aside. */
  readonly setAside: number
  /** How many are from a newer version of this page. */
  readonly newer: number
  /** The last change could not be kept. */
  readonly unsaved: boolean
  /** What was shown has been deleted in another tab. */
  readonly deletedElsewhere: boolean
}

/** The conversations of this browser, one of which is shown. */
export interface Library {
  readonly getSnapshot: () => LibraryState
  readonly subscribe: (listener: () => void) => () => void
  readonly open: (id: string) => void
  readonly create: () => void
  /** Stops what is being written in it, and forgets it. */
  readonly remove: (id: string) => void
  readonly read: (id: string) => Conversation | undefined
  readonly readSetAside: () => Record<string, string>
  readonly dropSetAside: () => void
  /** Hears of other tabs until the returned function is called. */
  readonly attach: () => () => void
}

export interface LibraryOptions {
  store: ConversationStore
  createChat: (storage: ChatStorage) => Chat
  /** The conversation to begin with; it need not exist yet. Default: the newest one. */
  startWith?: string | undefined
  now?: () => number
}

interface Entry {
  id: string
  chat: Chat
  /** The latest revision in storage that this tab has made or taken over. */
  revision: number
}

/**
 * Several tabs may show one conversation, so a record is written only by who knows its latest revision; who
 * does not, takes that over first. Tabs that follow the same run write the same answer in the end.
 */
export function createLibrary({ store, createChat, startWith, now = Date.now }: LibraryOptions): Library {
  const listeners = new Set<() => void>()
  const entries = new Map<string, Entry>()
  const shelf = store.shelf()
  const summaries = new Map(shelf.conversations.map((found) => [found.id, summaryOf(found)]))
  let state: LibraryState = {
    ...shown(entryOf(startWith ?? shelf.conversations[0]?.id ?? newId())),
    conversations: [...summaries.values()],
    background: [],
    setAside: shelf.setAside,
    newer: shelf.newer,
    unsaved: false,
    deletedElsewhere: false,
  }

  function publish(change: Partial<LibraryState>) {
    state = { ...state, ...change }
    for (const listener of listeners) listener()
  }

  function entryOf(id: string): Entry {
    const open = entries.get(id)
    if (open) return open
    const kept = store.read(id)
    const storage: ChatStorage = { load: () => kept?.turns ?? [], save: (turns) => save(entry, turns) }
    const entry: Entry = { id, revision: kept?.revision ?? 0, chat: createChat(storage) }
    entries.set(id, entry)
    return entry
  }

  function save(entry: Entry, turns: readonly StoredTurn[]) {
    const kept = store.read(entry.id)
    if (kept && kept.revision > entry.revision) {
      takeOver(entry, kept)
      return
    }
    // A conversation without a word is none.
    if (turns.length === 0 && !kept) return
    const isSame = kept !== undefined && runsOf(kept.turns) === runsOf(turns)
    if (!isSame) entry.revision++
    const conversation: Conversation = {
      version: CONVERSATION_VERSION,
      id: entry.id,
      revision: entry.revision,
      updatedAt: isSame ? kept.updatedAt : now(),
      turns: furthest(turns, kept?.turns ?? []),
    }
    const unsaved = !store.write(conversation)
    summaries.set(entry.id, summaryOf(conversation))
    list({ unsaved })
  }

  /** Another tab has changed the conversation. What was asked here, and is not in it, goes on apart from it. */
  function takeOver(entry: Entry, kept: Conversation) {
    const { turns, busy } = entry.chat.getSnapshot()
    const last = turns.at(-1)
    if (busy && last?.own && !kept.turns.some(({ runId }) => runId === last.runId)) {
      const isShown = state.id === entry.id
      entries.delete(entry.id)
      Object.assign(entry, { id: newId(), revision: 0 })
      entries.set(entry.id, entry)
      if (isShown) publish({ id: entry.id })
      entry.chat.save()
      return
    }
    entry.revision = kept.revision
    entry.chat.adopt(kept.turns)
  }

  function list(change: Partial<LibraryState> = {}) {
    const conversations = [...summaries.values()].toSorted((a, b) => b.updatedAt - a.updatedAt)
    const background = state.background.filter(({ chat }) => chat.getSnapshot().busy)
    publish({ conversations, background, ...change })
  }

  /** What is left while it still writes goes on behind. */
  function show(next: Entry) {
    const { id, chat } = state
    if (id === next.id) return
    const others = state.background.filter((other) => other.id !== next.id)
    const background = chat.getSnapshot().busy ? [...others, { id, chat }] : others
    publish({ ...shown(next), background, deletedElsewhere: false })
  }

  function forget(id: string) {
    entries.delete(id)
    summaries.delete(id)
    if (state.id === id) publish(shown(entryOf(newId())))
    publish({ background: state.background.filter((other) => other.id !== id) })
    list()
  }

  function changedElsewhere(id: string) {
    const entry = entries.get(id)
    const kept = store.read(id)
    if (kept) {
      summaries.set(id, summaryOf(kept))
      if (entry && kept.revision >= entry.revision) takeOver(entry, kept)
      list()
    } else {
      const wasShown = state.id === id && summaries.has(id)
      if (summaries.has(id)) forget(id)
      if (wasShown) publish({ deletedElsewhere: true })
    }
  }

  return {
    getSnapshot: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    open: (id) => show(entryOf(id)),
    create: () => show(entryOf(newId())),
    remove(id) {
      entryOf(id).chat.clear()
      forget(id)
      store.remove(id)
    },
    read: (id) => store.read(id),
    readSetAside: () => store.readSetAside(),
    dropSetAside() {
      store.removeSetAside()
      publish({ setAside: 0 })
    },
    attach: () => store.onForeignChange(changedElsewhere),
  }
}

function shown({ id, chat }: Entry): OpenChat {
  return { id, chat }
}

function runsOf(turns: readonly StoredTurn[]): string {
  return turns.map(({ runId }) => runId).join()
}

function summaryOf(conversation: Conversation): ConversationSummary {
  const { id, updatedAt } = conversation
  return { id, updatedAt, title: titleOf(conversation) }
}
