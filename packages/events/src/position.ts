import { isTextual, type ReceivedEvent } from './run-event.ts'

/**
 * How far an event advances the position: by the length of its `text` in UTF-16 code units if it has one, else by 1.
 * This includes events of unknown types, so that new types do not break old pages.
 */
export function extent(event: ReceivedEvent): number {
  return isTextual(event) ? event.text.length : 1
}

/** The position after `event`, when the position before it is `position`. */
export function advance(position: number, event: ReceivedEvent): number {
  return position + extent(event)
}

/** Parses the position in an SSE `id:`; undefined for anything but a canonical decimal integer ≥ 0. */
export function parsePosition(id: string): number | undefined {
  if (!/^(0|[1-9]\d{0,15})$/.test(id)) return undefined
  const position = Number(id)
  return Number.isSafeInteger(position) ? position : undefined
}
