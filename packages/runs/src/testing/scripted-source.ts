import type { DoneEvent, RunEvent, Source } from '@sluice/events'
import { Sleeper } from '../sleeper.ts'

/** The last item of an aborted {@link scriptedSource}: an estimate with unique values. */
export const STOPPED_WITH_ESTIMATE: DoneEvent = {
  type: 'done',
  stopReason: 'stopped',
  usage: { inputTokens: 7, outputTokens: 42, cacheReadTokens: 3, cacheWriteTokens: 1, estimated: true },
  costUsd: 0.5,
  model: 'a-model-20260528',
}

export interface ScriptedSource {
  readonly source: Source
  /** How often the source was called. Each call would be paid for. */
  readonly calls: number
  /** How often an item was pulled. */
  readonly pulls: number
  /** How often `return` was called. */
  readonly returns: number
  /** The signal of the last call. */
  readonly signal: AbortSignal
  /** Lets events arrive. The next pull returns them together. */
  say(...events: RunEvent[]): void
  /** Ends the iteration at the next pull without events. */
  end(): void
  /** Throws at the next pull without events. */
  crash(error: unknown): void
}

export interface ScriptedSourceOptions {
  /** Called at every pull with its number, from 1. Returns events that arrive then. */
  readonly onPull?: (pull: number) => readonly RunEvent[]
  /** Ignore the signal. */
  readonly ignoresAbort?: boolean
}

/** A source under a test's control. It counts calls and pulls, and ends after an abort as a source should. */
export function scriptedSource({ onPull, ignoresAbort = false }: ScriptedSourceOptions = {}): ScriptedSource {
  const arrivals = new Sleeper()
  const neverAborted = new AbortController().signal
  let waiting: RunEvent[] = []
  let ending: (() => IteratorResult<readonly RunEvent[]>) | undefined
  const state = { calls: 0, pulls: 0, returns: 0, signal: neverAborted }

  async function next(): Promise<IteratorResult<readonly RunEvent[]>> {
    const signal = ignoresAbort ? neverAborted : state.signal
    state.pulls++
    waiting.push(...(onPull?.(state.pulls) ?? []))
    for (;;) {
      if (signal.aborted) return { value: [STOPPED_WITH_ESTIMATE] }
      if (waiting.length > 0) {
        const value = waiting
        waiting = []
        return { value }
      }
      if (ending) return ending()
      signal.addEventListener('abort', arrivals.wake, { once: true })
      await arrivals.sleep()
      signal.removeEventListener('abort', arrivals.wake)
    }
  }

  return {
    source: ({ signal }) => {
      state.calls++
      state.signal = signal
      return {
        [Symbol.asyncIterator]: () => ({
          next,
          return: async () => {
            state.returns++
            return { done: true, value: undefined }
          },
        }),
      }
    },
    get calls() {
      return state.calls
    },
    get pulls() {
      return state.pulls
    },
    get returns() {
      return state.returns
    },
    get signal() {
      return state.signal
    },
    say: (...events) => {
      waiting.push(...events)
      arrivals.wake()
    },
    end: () => {
      ending = () => ({ done: true, value: undefined })
      arrivals.wake()
    },
    crash: (error) => {
      ending = () => {
        throw error
      }
      arrivals.wake()
    },
  }
}
