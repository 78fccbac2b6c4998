import { type ComponentType, lazy, type LazyExoticComponent } from 'react'
import { backoffMs } from './backoff.ts'
import type * as later from './later.ts'

type Later = typeof later

/** About eight seconds; by then it is no blip. */
const MAX_ATTEMPTS = 12

/** Loads what was left for later, once. A network that is away for a moment must not cost the page its parts. */
export async function loadLater(): Promise<Later> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await import('./later.ts')
    } catch (error) {
      if (attempt >= MAX_ATTEMPTS) throw error
      await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt)))
    }
  }
}

/** A component of it, to be shown within a `Suspense`. */
export function lazily<Props>(
  pick: (loaded: Later) => ComponentType<Props>,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => ({ default: pick(await loadLater()) }))
}
