import type { RunEvent } from '@sluice/events'
import type { Clock } from '../clock.ts'
import type { LogEntry } from '../log.ts'

export interface Reading {
  /** The received entries, each with its time by the clock. */
  readonly entries: readonly (LogEntry & { at: number })[]
  readonly events: readonly RunEvent[]
  /** The text of all received `text` events. */
  readonly text: string
  /** The position of the last entry; 0 before the first. */
  readonly position: number
  /** `open` until the reader returns or throws. */
  readonly state: 'open' | 'returned' | { thrown: unknown }
}

/** Reads entries as fast as they arrive. */
export function reading(
  source: AsyncIterable<LogEntry> | Promise<AsyncIterable<LogEntry>>,
  clock: Clock,
): Reading {
  const entries: (LogEntry & { at: number })[] = []
  let state: Reading['state'] = 'open'
  const read = async () => {
    for await (const entry of await source) entries.push({ ...entry, at: clock.now() })
  }
  read().then(
    () => (state = 'returned'),
    (thrown: unknown) => (state = { thrown }),
  )
  return {
    entries,
    get events() {
      return entries.map(({ event }) => event)
    },
    get text() {
      return entries.map(({ event }) => (event.type === 'text' ? event.text : '')).join('')
    },
    get position() {
      return entries.at(-1)?.position ?? 0
    },
    get state() {
      return state
    },
  }
}
