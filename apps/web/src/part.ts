import { pageClock, retry, type RetryOptions } from '@sluice/client'

/** About eight seconds; by then it is no blip. */
const MAX_ATTEMPTS = 12

export interface PartState<Module> {
  /** Undefined until it is there. */
  readonly module: Module | undefined
  /** At least one attempt to load it came to nothing, and none has succeeded since. */
  readonly failed: boolean
}

/** A part of the page's code that is not in the JavaScript that is loaded at first. */
export interface Part<Module> {
  readonly getSnapshot: () => PartState<Module>
  readonly subscribe: (listener: () => void) => () => void
  /**
   * Loads it, however often it is called only once. Twelve attempts within about eight seconds; when the last
   * one fails it rejects, and the next call begins again.
   */
  readonly load: () => Promise<Module>
}

export function createPart<Module>(
  importModule: () => Promise<Module>,
  clock: RetryOptions['clock'] = pageClock,
): Part<Module> {
  const listeners = new Set<() => void>()
  let state: PartState<Module> = { module: undefined, failed: false }
  let loading: Promise<Module> | undefined

  function publish(next: PartState<Module>) {
    state = next
    for (const listener of listeners) listener()
  }

  async function attempt(): Promise<Module> {
    try {
      return await importModule()
    } catch (error) {
      if (!state.failed) publish({ module: undefined, failed: true })
      throw error
    }
  }

  async function begin(): Promise<Module> {
    try {
      const module = await retry(attempt, { attempts: MAX_ATTEMPTS, clock })
      publish({ module, failed: false })
      return module
    } catch (error) {
      loading = undefined
      throw error
    }
  }

  return {
    getSnapshot: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    load: () => (loading ??= begin()),
  }
}
