import type { DoneEvent, Source } from '@sluice/events'
import { type Clock, Sleeper } from '@sluice/runs'

const DONE: DoneEvent = {
  type: 'done',
  stopReason: 'end_turn',
  usage: { inputTokens: 1, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: false },
  costUsd: 0.01,
}

/** The first `count` words of a {@link wordSource}. */
export function words(count: number): string {
  return Array.from({ length: count }, (_, i) => `${i + 1} `).join('')
}

export interface WordSource {
  readonly source: Source
  /** How often it was called. Each call would be paid for. */
  readonly calls: number
  /** How many words it has said, in all calls. */
  readonly spoken: number
  /** Ends all calls by themselves, before their next word. */
  finish(): void
}

/** A source that says numbered words, one every `paceMs`, until it is told to finish or is aborted. */
export function wordSource(clock: Clock, paceMs: number, onWord: () => void): WordSource {
  const state = { calls: 0, spoken: 0, finished: false }
  return {
    source: async function* ({ signal }) {
      state.calls += 1
      let said = 0
      const sleeper = new Sleeper()
      signal.addEventListener('abort', sleeper.wake, { once: true })
      for (;;) {
        const cancel = clock.after(paceMs, sleeper.wake)
        if (!signal.aborted) await sleeper.sleep()
        cancel()
        if (signal.aborted) yield [{ ...DONE, stopReason: 'stopped' }]
        if (signal.aborted || state.finished) break
        said += 1
        state.spoken += 1
        onWord()
        yield [{ type: 'text', text: `${said} ` }]
      }
      yield [DONE]
    },
    get calls() {
      return state.calls
    },
    get spoken() {
      return state.spoken
    },
    finish: () => {
      state.finished = true
    },
  }
}
