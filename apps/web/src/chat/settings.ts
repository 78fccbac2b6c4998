import * as z from 'zod/mini'
import { createKeptStore, type KeptStore } from './kept-store.ts'

export const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const

const SettingsSchema = z.object({
  model: z.optional(z.string()),
  effort: z.optional(z.enum(EFFORTS)),
  /** What becomes of an answer when its page closes. */
  onDisconnect: z.optional(z.enum(['abort', 'continue'])),
  /** Default: `system`. */
  theme: z.optional(z.enum(['system', 'light', 'dark'])),
  /** Whether to show tokens, speed and cost. Default: in development only. */
  figures: z.optional(z.boolean()),
})
type SettingsState = Readonly<z.infer<typeof SettingsSchema>>

/** What is sent with a question. The server chooses what is undefined. */
export type AskSettings = Pick<SettingsState, 'model' | 'effort' | 'onDisconnect'>

/** What was chosen in this browser. */
export type Settings = KeptStore<SettingsState>

export function createSettings(storage: () => Pick<Storage, 'getItem' | 'setItem'>): Settings {
  return createKeptStore({ storage, key: 'sluice.settings', schema: SettingsSchema, initial: {} })
}
