import { EMPTY_RUN_VIEW, ErrorCodeSchema, type RunView, UsageSchema } from '@sluice/events'
import { z } from 'zod'

const KEY = 'sluice.chat'

const RunViewSchema = z
  .object({
    status: z.enum(['pending', 'thinking', 'streaming', 'done', 'failed']),
    position: z.int().nonnegative(),
    model: z.string(),
    thinking: z.string(),
    text: z.string(),
    stopReason: z.string().optional(),
    usage: UsageSchema.optional(),
    costUsd: z.number().nullable().optional(),
    error: z.object({ code: ErrorCodeSchema, message: z.string(), retryable: z.boolean() }).optional(),
  })
  // A run is resumed at `position` with this text before it, so the two must agree.
  .refine((view) => view.position >= view.thinking.length + view.text.length)
  .transform((view): RunView => ({ ...EMPTY_RUN_VIEW, ...view }))

const StoredChatSchema = z.object({
  version: z.literal(1),
  turns: z.array(z.object({ runId: z.uuid(), prompt: z.string(), view: RunViewSchema })),
})

export interface StoredTurn {
  readonly runId: string
  readonly prompt: string
  readonly view: RunView
}

/** Where a conversation survives a reload. */
export interface ChatStorage {
  load(): readonly StoredTurn[]
  save(turns: readonly StoredTurn[]): void
}

/** A tab's own storage: two tabs are two conversations, and neither overwrites the other's. */
export function createChatStorage(storage: () => Pick<Storage, 'getItem' | 'setItem'>): ChatStorage {
  return {
    load() {
      try {
        return StoredChatSchema.parse(JSON.parse(storage().getItem(KEY) ?? 'null')).turns
      } catch {
        // Nothing stored, from another version, corrupt, or storage is forbidden: an empty conversation.
        return []
      }
    },
    save(turns) {
      try {
        storage().setItem(KEY, JSON.stringify({ version: 1, turns }))
      } catch {
        // Full or forbidden: the conversation lives as long as the page does.
      }
    },
  }
}
