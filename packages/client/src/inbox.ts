import { cutLength, isTextual, type RunEvent, type UnknownEvent } from '@sluice/events'

type AnyEvent = RunEvent | UnknownEvent

export interface Inbox {
  push(event: AnyEvent): void
  /**
   * The next events in order, with at most `maxChars` of text and thinking; a longer event is cut, neighbours
   * of one type are joined.
   */
  take(maxChars: number): AnyEvent[]
  isEmpty(): boolean
}

/** What has been received and not yet shown. Flow control keeps it below one window. */
export function createInbox(): Inbox {
  let waiting: AnyEvent[] = []

  return {
    push: (event) => waiting.push(event),
    isEmpty: () => waiting.length === 0,
    take(maxChars) {
      const taken: AnyEvent[] = []
      let room = maxChars
      let rest: AnyEvent[] = []
      for (const [index, event] of waiting.entries()) {
        if (event.type === 'unknown' || !isTextual(event)) {
          taken.push(event)
          continue
        }
        const length = cutLength(event.text, room)
        if (length > 0) append(taken, { ...event, text: event.text.slice(0, length) })
        room -= length
        if (length < event.text.length) {
          rest = [{ ...event, text: event.text.slice(length) }, ...waiting.slice(index + 1)]
          break
        }
      }
      waiting = rest
      return taken
    },
  }
}

function append(taken: AnyEvent[], event: Extract<RunEvent, { text: string }>): void {
  const last = taken.at(-1)
  if (last?.type === event.type) taken[taken.length - 1] = { ...event, text: last.text + event.text }
  else taken.push(event)
}
