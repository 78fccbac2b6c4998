import type * as z from 'zod/mini'
import { createStore, type StoreApi } from 'zustand/vanilla'

export interface KeptStore<State> extends StoreApi<State> {
  /** Takes over what another tab has stored. */
  readonly reload: () => void
}

/**
 * A store that survives a reload. A stored value that is not of `schema` is ignored. Where the storage is full or
 * forbidden, the state lasts as long as the page.
 */
export function createKeptStore<State>(options: {
  storage: () => Pick<Storage, 'getItem' | 'setItem'>
  key: string
  schema: z.ZodMiniType<State>
  initial: State
}): KeptStore<State> {
  const { storage, key, schema, initial } = options

  function load(): State {
    try {
      return schema.parse(JSON.parse(storage().getItem(key) ?? ''))
    } catch {
      return initial
    }
  }

  const store = createStore<State>(load)
  store.subscribe((state) => {
    try {
      storage().setItem(key, JSON.stringify(state))
    } catch {
      // Full or forbidden.
    }
  })
  return { ...store, reload: () => store.setState(load(), true) }
}
