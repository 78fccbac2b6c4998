import { cutLength } from './cut.ts'
import { extent } from './position.ts'
import { isTextual, type ReceivedEvent, type RunEvent, type TextualEvent } from './run-event.ts'

/**
 * Text is kept in chunks of about this many code units: large enough that a token does not need its own object, small
 * enough that a read at the end touches at most one chunk of old text.
 */
const CHUNK_CHARS = 4096

/** An event and the position after it. */
export interface Positioned<E extends ReceivedEvent = RunEvent> {
  readonly position: number
  readonly event: E
}

/** Text of one kind. `pieces` is joined when it is read or full, so a full chunk is one flat string. */
interface TextChunk<E extends ReceivedEvent> {
  readonly start: number
  /** The first event of the chunk, for all fields but the text. */
  readonly first: TextualEvent<E>
  pieces: string[]
  length: number
}

interface SingleEvent<E extends ReceivedEvent> {
  readonly start: number
  readonly event: E
  readonly length: 1
}

/**
 * Events in order, readable from any position. Text of one kind has no inner boundaries: what was appended in ten
 * pieces may be read in one, and cut anywhere. It takes at most two bytes per character of text, and nothing per event.
 *
 * The server's log uses it and keeps everything; the reader in the browser uses it and drops what it has shown.
 */
export class EventBuffer<E extends ReceivedEvent = RunEvent> {
  /** Ordered by `start`, without gaps. */
  readonly #segments: (TextChunk<E> | SingleEvent<E>)[] = []
  #end: number

  /** `start`: the position before the first event. */
  constructor(start = 0) {
    this.#end = start
  }

  /** The position after the last event. */
  get end(): number {
    return this.#end
  }

  append(event: E): void {
    const length = extent(event)
    if (length === 0) return
    if (isTextual(event)) this.#addText(event)
    else this.#segments.push({ start: this.#end, event, length: 1 })
    this.#end += length
  }

  /**
   * The events after `after`, with neighbouring text merged, advancing the position by at most `limit` in all. Text is
   * cut to fit, but not inside a surrogate pair if that can be avoided. Empty at the end.
   *
   * @throws {RangeError} when `after` is beyond the end, or in a part that was dropped.
   */
  read(after: number, limit: number): Positioned<E>[] {
    const start = this.#segments[0]?.start ?? this.#end
    if (after < start || after > this.#end)
      throw new RangeError(`Position ${after} is not between ${start} and ${this.#end}.`)
    const until = Math.min(this.#end, after + limit)
    const found: Positioned<E>[] = []
    let position = after
    for (let i = this.#segmentAt(after); position < until; i++) {
      const segment = this.#segments[i]
      if (segment === undefined) break
      const event = 'event' in segment ? segment.event : cut(segment, position, until, position === after)
      if (extent(event) === 0) break
      position += extent(event)
      const last = found.at(-1)
      const merged = last && merge(last.event, event)
      if (merged) found[found.length - 1] = { position, event: merged }
      else found.push({ position, event })
      if (position < segment.start + segment.length) break
    }
    return found
  }

  /** Frees the events before `position`; text only in whole chunks. */
  drop(position: number): void {
    this.#segments.splice(0, this.#segmentAt(position))
  }

  #addText(event: TextualEvent<E>): void {
    const last = this.#segments.at(-1)
    if (
      last !== undefined &&
      'pieces' in last &&
      isSameKind(last.first, event) &&
      canTake(last, event.text)
    ) {
      last.pieces.push(event.text)
      last.length += event.text.length
      if (last.length >= CHUNK_CHARS) flatten(last)
    } else {
      this.#segments.push({
        start: this.#end,
        first: event,
        pieces: [event.text],
        length: event.text.length,
      })
    }
  }

  /** Index of the segment that follows `position` or contains it; the number of segments at the end. */
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

/** Neighbouring events of the same kind are one text: the same type, and the input of the same call. */
function isSameKind(a: ReceivedEvent, b: ReceivedEvent): boolean {
  return a.type === b.type && callIdOf(a) === callIdOf(b)
}

function callIdOf(event: ReceivedEvent): string | undefined {
  return event.type === 'tool_input' ? event.callId : undefined
}

/** The two events as one; undefined when they are not one text. */
function merge<E extends ReceivedEvent>(a: E, b: E): E | undefined {
  return isTextual(a) && isTextual(b) && isSameKind(a, b) ? { ...a, text: a.text + b.text } : undefined
}

/** A full chunk still takes the second half of a surrogate pair, so that no pair is split between two chunks. */
function canTake({ length }: { length: number }, text: string): boolean {
  return length < CHUNK_CHARS || /^[\uDC00-\uDFFF]/.test(text)
}

/** The text of `chunk` between two positions. With `isFirst` it is not empty, so that a read makes progress. */
function cut<E extends ReceivedEvent>(
  chunk: TextChunk<E>,
  from: number,
  until: number,
  isFirst: boolean,
): TextualEvent<E> {
  const text = flatten(chunk).slice(from - chunk.start)
  return { ...chunk.first, text: text.slice(0, cutLength(text, until - from, isFirst ? 1 : 0)) }
}

function flatten(chunk: { pieces: string[] }): string {
  if (chunk.pieces.length > 1) chunk.pieces = [chunk.pieces.join('')]
  return chunk.pieces[0] ?? ''
}
