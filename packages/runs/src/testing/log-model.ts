import { isTextual, mergeEvents, type RunEvent } from '@sluice/events'
import type { LogEntry } from '../log.ts'

/** One event for every step of the position. */
export function units(events: readonly RunEvent[]): RunEvent[] {
  return events.flatMap((event): RunEvent[] =>
    isTextual(event) ? event.text.split('').map((unit) => ({ type: event.type, text: unit })) : [event],
  )
}

/** What {@link Log.read} owes, spelled out the slow way. */
export function expectedRead(all: readonly RunEvent[], after: number, limit: number): LogEntry[] {
  const until = after + limit
  const pair = mergeEvents(all.slice(until - 1, until + 1))[0]
  const parts = pair !== undefined && isTextual(pair) && (pair.text.codePointAt(0) ?? 0) > 0xff_ff
  let position = after
  return mergeEvents(all.slice(after, parts && limit > 1 ? until - 1 : until)).map((event) => {
    position += isTextual(event) ? event.text.length : 1
    return { position, event }
  })
}
