import { EventBuffer } from './event-buffer.ts'
import type { ReceivedEvent } from './run-event.ts'

/**
 * Drops empty events and joins neighbouring ones of the same textual type. The text, its order and every
 * position at a boundary stay as they were; only the boundaries inside a run of text go.
 */
export function mergeEvents<E extends ReceivedEvent>(events: readonly E[]): E[] {
  const buffer = new EventBuffer<E>()
  for (const event of events) buffer.append(event)
  return buffer.read(0, buffer.end).map(({ event }) => event)
}
