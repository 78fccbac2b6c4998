import * as z from 'zod/mini'
import type { StoreApi } from 'zustand/vanilla'
import { AttachmentSchema } from './attachment.ts'
import { createKeptStore } from './kept-store.ts'

const DraftSchema = z.object({ prompt: z.string(), attachments: z.readonly(z.array(AttachmentSchema)) })
/** What is being written, and not sent yet. */
export type Draft = Readonly<z.infer<typeof DraftSchema>>

export const EMPTY_DRAFT: Draft = { prompt: '', attachments: [] }

/** The draft of the tab's new chat, until the server has its first question: the id of a new chat does not survive a reload. */
export const NEW_CHAT = 'new'

/** The id of a chat's draft. */
export function draftIdOf(chatId: string, { exists }: { exists: boolean }): string {
  return exists ? chatId : NEW_CHAT
}

const DraftsSchema = z.object({
  /** Whose they are; empty until the server has said so. */
  owner: z.string(),
  byId: z.record(z.string(), DraftSchema),
})
type DraftsState = Readonly<z.infer<typeof DraftsSchema>>

/** A draft for each conversation. They survive a reload, each tab keeping its own: two tabs do not type into each other. */
export interface Drafts extends Omit<StoreApi<DraftsState>, 'setState'> {
  readonly of: (conversationId: string) => Draft
  readonly change: (conversationId: string, change: Partial<Draft>) => void
  /** Puts a draft before what is being written there. */
  readonly prepend: (conversationId: string, draft: Draft) => void
  /** The new chat has become this conversation, and its draft with it. */
  readonly adopt: (conversationId: string) => void
  /** This conversation is gone, and its draft is the new chat's. */
  readonly release: (conversationId: string) => void
  readonly forgetAll: () => void
  /** They will be kept for the next owner that is told of: the same person, who is signing in. */
  readonly handOver: () => void
  /** Forgets all if they are another owner's: who has signed in since, in the same tab. */
  readonly keepFor: (owner: string) => void
}

export function createDrafts(storage: () => Pick<Storage, 'getItem' | 'setItem'>): Drafts {
  const initial: DraftsState = { owner: '', byId: {} }
  const store = createKeptStore({ storage, key: 'sluice.drafts', schema: DraftsSchema, initial })
  const { getState, setState } = store
  const of = (id: string) => getState().byId[id] ?? EMPTY_DRAFT

  function change(id: string, changed: Partial<Draft>) {
    const { [id]: before = EMPTY_DRAFT, ...others } = getState().byId
    const draft = { ...before, ...changed }
    const isEmpty = draft.prompt === '' && draft.attachments.length === 0
    setState({ byId: isEmpty ? others : { ...others, [id]: draft } })
  }

  function prepend(id: string, { prompt, attachments }: Draft) {
    const { prompt: rest, attachments: more } = of(id)
    change(id, {
      prompt: [prompt, rest].filter((words) => words !== '').join('\n\n'),
      attachments: [...attachments, ...more],
    })
  }

  return {
    ...store,
    of,
    change,
    prepend,
    adopt(id) {
      prepend(id, of(NEW_CHAT))
      change(NEW_CHAT, EMPTY_DRAFT)
    },
    release(id) {
      prepend(NEW_CHAT, of(id))
      change(id, EMPTY_DRAFT)
    },
    forgetAll: () => setState({ byId: {} }),
    handOver: () => setState({ owner: '' }),
    keepFor(owner) {
      const { owner: before, byId } = getState()
      setState({ owner, byId: ['', owner].includes(before) ? byId : {} })
    },
  }
}
