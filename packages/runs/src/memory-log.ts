import { EventBuffer, isTerminal, type RunEvent } from '@sluice/events'
import type { Log, LogEntry } from './log.ts'
import { RunsError } from './runs-error.ts'
import { Watchers } from './watchers.ts'

/** A {@link Log} in this process's memory: at most two bytes per character of text, and nothing per token. */
export class MemoryLog implements Log {
  readonly #events = new EventBuffer()
  readonly #watchers = new Watchers()
  #ended: boolean

  /** `events`: what is in it already. */
  constructor(events: readonly RunEvent[] = []) {
    for (const event of events) this.#events.append(event)
    this.#ended = events.some(isTerminal)
  }

  async append(events: readonly RunEvent[]): Promise<number> {
    const terminal = events.findIndex(isTerminal)
    if (this.#ended || (terminal !== -1 && terminal !== events.length - 1)) {
      throw new RunsError('log_ended', 'A run has exactly one terminal event, which is its last.')
    }
    const before = this.#events.end
    for (const event of events) this.#events.append(event)
    this.#ended = terminal !== -1
    if (this.#events.end !== before) this.#watchers.notify()
    return this.#events.end
  }

  async status(): Promise<{ end: number; ended: boolean }> {
    return { end: this.#events.end, ended: this.#ended }
  }

  async read(after: number, limit: number): Promise<LogEntry[]> {
    const { end } = this.#events
    if (after > end) {
      throw new RunsError('position_beyond_end', `Position ${after} is beyond the end, ${end}.`)
    }
    return this.#events.read(after, limit)
  }

  watch(wake: () => void): () => void {
    return this.#watchers.add(wake)
  }
}
