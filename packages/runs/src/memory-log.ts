import {
  cutLength,
  extent,
  isTerminal,
  isTextual,
  mergeEvents,
  type RunEvent,
  type TextualEvent,
} from '@sluice/events'
import type { Log, LogEntry } from './log.ts'
import { RunsError } from './runs-error.ts'
import { Watchers } from './watchers.ts'

/**
 * Text is kept in chunks of about this many code units: large enough that a token costs its characters and
 * not an object, small enough that reading at the tail never touches more than one chunk of what is old.
 */
const CHUNK_CHARS = 4096

/** Text of one type. `pieces` is joined when it is read or full, so a filled chunk is one flat string. */
interface TextChunk {
  readonly start: number
  readonly type: TextualEvent['type']
  pieces: string[]
  length: number
}

interface SingleEvent {
  readonly start: number
  readonly event: RunEvent
  readonly length: 1
}

/** A {@link Log} in this process's memory: about two bytes for a character of text, and nothing per token. */
export class MemoryLog implements Log {
  /** Ordered by `start`, without gaps. */
  readonly #segments: (TextChunk | SingleEvent)[] = []
  readonly #watchers = new Watchers()
  #end = 0
  #ended = false

  async append(events: readonly RunEvent[]): Promise<number> {
    const terminal = events.findIndex(isTerminal)
    if (this.#ended || (terminal !== -1 && terminal !== events.length - 1)) {
      throw new RunsError('log_ended', 'A run has exactly one terminal event, its last.')
    }
    const before = this.#end
    for (const event of events) this.#add(event)
    this.#ended = terminal !== -1
    if (this.#end !== before) this.#watchers.notify()
    return this.#end
  }

  async status(): Promise<{ end: number; ended: boolean }> {
    return { end: this.#end, ended: this.#ended }
  }

  async read(after: number, limit: number): Promise<LogEntry[]> {
    if (after > this.#end) {
      throw new RunsError('position_beyond_end', `Position ${after} is beyond the end, ${this.#end}.`)
    }
    const until = Math.min(this.#end, after + limit)
    const found: RunEvent[] = []
    let position = after
    for (let i = this.#segmentAt(after); position < until; i++) {
      const segment = this.#segments[i]
      if (segment === undefined) break
      const event =
        'event' in segment ? segment.event : slice(segment, position, until, position === after ? 1 : 0)
      found.push(event)
      position += extent(event)
      if (position < segment.start + segment.length) break
    }
    return numbered(after, mergeEvents(found))
  }

  watch(wake: () => void): () => void {
    return this.#watchers.add(wake)
  }

  #add(event: RunEvent): void {
    if (!isTextual(event)) {
      this.#segments.push({ start: this.#end, event, length: 1 })
      this.#end += 1
      return
    }
    if (event.text === '') return
    const last = this.#segments.at(-1)
    if (last !== undefined && 'pieces' in last && last.type === event.type && takes(last, event.text)) {
      last.pieces.push(event.text)
      last.length += event.text.length
      if (last.length >= CHUNK_CHARS) flatten(last)
    } else {
      const { type, text } = event
      this.#segments.push({ start: this.#end, type, pieces: [text], length: text.length })
    }
    this.#end += event.text.length
  }

  /** Index of the segment that holds what follows `position`; the number of segments if nothing does. */
  #segmentAt(position: number): number {
    let low = 0
    let high = this.#segments.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const segment = this.#segments[middle]
      if (segment !== undefined && segment.start + segment.length <= position) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** A full chunk still takes the second half of a surrogate pair: no pair lies across two chunks. */
function takes(chunk: TextChunk, text: string): boolean {
  return chunk.length < CHUNK_CHARS || /^[\uDC00-\uDFFF]/.test(text)
}

function slice(chunk: TextChunk, from: number, until: number, least: 0 | 1): TextualEvent {
  const text = flatten(chunk).slice(from - chunk.start)
  return { type: chunk.type, text: text.slice(0, cutLength(text, until - from, least)) }
}

function flatten(chunk: TextChunk): string {
  if (chunk.pieces.length > 1) chunk.pieces = [chunk.pieces.join('')]
  return chunk.pieces[0] ?? ''
}

function numbered(after: number, events: readonly RunEvent[]): LogEntry[] {
  let position = after
  return events.map((event) => ({ position: (position += extent(event)), event }))
}
