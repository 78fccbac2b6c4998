import * as z from 'zod/mini'
import { type Attachment, AttachmentSchema } from './attachment.ts'

const KEY = 'sluice.draft.'

const DraftSchema = z.object({ prompt: z.string(), attachments: z.array(AttachmentSchema) })

/** What is being written, and not sent yet. */
export interface Draft {
  readonly prompt: string
  readonly attachments: readonly Attachment[]
}

export const EMPTY_DRAFT: Draft = { prompt: '', attachments: [] }

/** Drafts survive a reload, each tab keeping its own: two tabs do not type into each other. */
export interface Drafts {
  readonly of: (conversationId: string) => Draft
  readonly subscribe: (listener: () => void) => () => void
  readonly change: (conversationId: string, change: Partial<Draft>) => void
}

export function createDrafts(storage: () => Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): Drafts {
  const listeners = new Set<() => void>()
  const drafts = new Map<string, Draft>()

  function load(id: string): Draft {
    try {
      const kept = storage().getItem(KEY + id)
      return kept === null ? EMPTY_DRAFT : DraftSchema.parse(JSON.parse(kept))
    } catch {
      return EMPTY_DRAFT
    }
  }

  function save(id: string, draft: Draft) {
    try {
      if (draft.prompt === '' && draft.attachments.length === 0) storage().removeItem(KEY + id)
      else storage().setItem(KEY + id, JSON.stringify(draft))
    } catch {
      // Full or forbidden: the draft lives as long as the page does.
    }
  }

  function of(id: string): Draft {
    const known = drafts.get(id)
    if (known) return known
    const draft = load(id)
    drafts.set(id, draft)
    return draft
  }

  return {
    of,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    change(id, change) {
      const draft = { ...of(id), ...change }
      drafts.set(id, draft)
      save(id, draft)
      for (const listener of listeners) listener()
    },
  }
}
