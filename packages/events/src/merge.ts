import { EventBuffer } from './event-buffer.ts'
import type { ReceivedEvent } from './run-event.ts'

/**
 * Removes events with empty text and joins neighbouring text events of the same type, and of the same call. Text, order
 * and positions stay the same; only boundaries between joined events are lost.
 */
export function mergeEvents<E extends ReceivedEvent>(events: readonly E[]): E[] {
  const buffer = new EventBuffer<E>()
  for (const event of events) buffer.append(event)
  return buffer.read(0, buffer.end).map(({ event }) => event)
}
