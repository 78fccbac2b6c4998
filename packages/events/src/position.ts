import { isTextual, type RunEvent, type UnknownEvent } from './run-event.ts'

/** How far an event moves the position: the UTF-16 code units of `text` and `thinking`, else 1. */
export function extent(event: RunEvent | UnknownEvent): number {
  return event.type !== 'unknown' && isTextual(event) ? event.text.length : 1
}

/** The position after `event`, for a log that stood at `position` before it. */
export function advance(position: number, event: RunEvent | UnknownEvent): number {
  return position + extent(event)
}

/** A position as it stands in an SSE `id:`; undefined for anything but a canonical decimal integer ≥ 0. */
export function parsePosition(id: string): number | undefined {
  if (!/^(0|[1-9]\d{0,15})$/.test(id)) return undefined
  const position = Number(id)
  return Number.isSafeInteger(position) ? position : undefined
}
