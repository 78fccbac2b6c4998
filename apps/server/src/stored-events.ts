import type { StoredRun } from '@sluice/db'
import { isTerminal, type RunEvent, RunEventSchema, type TerminalEvent } from '@sluice/events'
import { z } from 'zod'

const EventsSchema = z.array(RunEventSchema)

/** All events of a run, as far as they are stored. */
export function storedEvents({ id, model, log, end }: Omit<StoredRun, 'owner' | 'instance'>): RunEvent[] {
  // Nothing was stored of a run whose process died early, and its readers begin with this.
  const events: RunEvent[] =
    log === '[]' ? [{ type: 'start', model, runId: id }] : EventsSchema.parse(JSON.parse(log))
  return end === null ? events : [...events, storedTerminal(end)]
}

/** @param end JSON text. */
export function storedTerminal(end: string): TerminalEvent {
  const event = RunEventSchema.parse(JSON.parse(end))
  if (!isTerminal(event)) throw new TypeError(`A run cannot end with ${event.type}.`)
  return event
}
