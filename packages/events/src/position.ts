import { isTextual, type ReceivedEvent } from './run-event.ts'

/**
 * How far an event moves the position: by the UTF-16 code units of its `text`, if it has one, else by 1. This holds
 * for events of unknown types too, so that a new kind of event breaks no old page.
 */
export function extent(event: ReceivedEvent): number {
  return isTextual(event) ? event.text.length : 1
}

/** The position after `event`, for a log that stood at `position` before it. */
export function advance(position: number, event: ReceivedEvent): number {
  return position + extent(event)
}

/** A position as it stands in an SSE `id:`; undefined for anything but a canonical decimal integer ≥ 0. */
export function parsePosition(id: string): number | undefined {
  if (!/^(0|[1-9]\d{0,15})$/.test(id)) return undefined
  const position = Number(id)
  return Number.isSafeInteger(position) ? position : undefined
}
