import * as z from 'zod/mini'

const KEY = 'sluice.settings'

export const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const

const AskSettingsSchema = z.object({ model: z.optional(z.string()), effort: z.optional(z.enum(EFFORTS)) })
/** Whom to ask, and how hard to think; what is not said is up to the server. */
export type AskSettings = Readonly<z.infer<typeof AskSettingsSchema>>

/** Whom this browser likes to ask, and how. */
export interface Settings {
  readonly getSnapshot: () => AskSettings
  readonly subscribe: (listener: () => void) => () => void
  readonly change: (change: AskSettings) => void
}

export function createSettings(storage: () => Pick<Storage, 'getItem' | 'setItem'>): Settings {
  const listeners = new Set<() => void>()
  let settings = load()

  function load(): AskSettings {
    try {
      return AskSettingsSchema.parse(JSON.parse(storage().getItem(KEY) ?? '{}'))
    } catch {
      return {}
    }
  }

  return {
    getSnapshot: () => settings,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    change(change) {
      settings = { ...settings, ...change }
      try {
        storage().setItem(KEY, JSON.stringify(settings))
      } catch {
        // The choice lasts as long as the page.
      }
      for (const listener of listeners) listener()
    },
  }
}
