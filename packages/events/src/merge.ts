import { extent } from './position.ts'
import { isTextual, type RunEvent, type TextualEvent } from './run-event.ts'

/**
 * Drops empty events and joins neighbouring ones of the same textual type. The text, its order and every
 * position at a boundary stay as they were; only the boundaries inside a run of text go.
 */
export function mergeEvents(events: readonly RunEvent[]): RunEvent[] {
  const groups: (RunEvent | { type: TextualEvent['type']; pieces: string[] })[] = []
  for (const event of events) {
    if (extent(event) === 0) continue
    const last = groups.at(-1)
    if (!isTextual(event)) groups.push(event)
    else if (last?.type === event.type && 'pieces' in last) last.pieces.push(event.text)
    else groups.push({ type: event.type, pieces: [event.text] })
  }
  // Joined once, not grown by `+`: the result is one flat string, not a tree of pieces.
  return groups.map((group) =>
    'pieces' in group ? { type: group.type, text: group.pieces.join('') } : group,
  )
}
