import type { Positioned } from '../event-buffer.ts'
import { isTextual, type ReceivedEvent } from '../run-event.ts'

/** The events taken apart, one for each step of the position. */
export function units<E extends ReceivedEvent>(events: readonly E[]): E[] {
  return events.flatMap((event): E[] =>
    isTextual(event)
      ? Array.from({ length: event.text.length }, (_, i): E => ({ ...event, text: event.text.charAt(i) }))
      : [event],
  )
}

/** A simple, slow model of `read`, for events that were taken apart into units. */
export function expectedRead<E extends ReceivedEvent>(
  all: readonly E[],
  after: number,
  limit: number,
): Positioned<E>[] {
  const until = after + limit
  const [pair] = joined(all.slice(until - 1, until + 1))
  const parts = pair !== undefined && isTextual(pair) && (pair.text.codePointAt(0) ?? 0) > 0xff_ff
  let position = after
  return joined(all.slice(after, parts && limit > 1 ? until - 1 : until)).map((event) => {
    position += isTextual(event) ? event.text.length : 1
    return { position, event }
  })
}

function joined<E extends ReceivedEvent>(events: readonly E[]): E[] {
  const found: E[] = []
  for (const event of events) {
    const last = found.at(-1)
    if (last && isTextual(last) && isTextual(event) && kindOf(last) === kindOf(event))
      found[found.length - 1] = { ...last, text: last.text + event.text }
    else found.push(event)
  }
  return found
}

function kindOf(event: ReceivedEvent): string {
  return event.type === 'tool_input' ? `${event.type} ${event.callId}` : event.type
}
