import { extent, isTextual, type RunEvent } from '@sluice/events'
import { z } from 'zod'
import type { Connection } from './connection.ts'
import { keys } from './keys.ts'

/** A list of [id, [field, value]]. */
const PiecesSchema = z.array(z.tuple([z.string(), z.tuple([z.string(), z.string()])]))

/** Made once: making a schema costs a hundred times what using it does. */
const TypedSchema = z.looseObject({ type: z.string() })

/** Only what positions need: an instance of an older version passes events of new kinds on to its readers. */
const EventSchema = z.custom<RunEvent>((value) => TypedSchema.safeParse(value).success)

/** How many pieces are read at once: at most 256 × 4096 characters. */
const COUNT = 256

/** The events of a shared run after a position, as far as Redis has them. @throws what {@link Connection.send} throws. */
export async function readLog(
  { send }: { readonly send: Connection['send'] },
  runId: string,
  after: number,
): Promise<RunEvent[]> {
  const events: RunEvent[] = []
  let position = after
  for (;;) {
    const reply = await send('XRANGE', keys.log(runId), `(${position}-0`, '+', 'COUNT', String(COUNT))
    const pieces = PiecesSchema.parse(reply)
    for (const [id, [, json]] of pieces) {
      const end = Number.parseInt(id, 10)
      const event = EventSchema.parse(JSON.parse(json))
      events.push(end - position < extent(event) ? shorten(event, end - position) : event)
      position = end
    }
    if (pieces.length < COUNT) return events
  }
}

/** The last `length` code units of a text. */
function shorten(event: RunEvent, length: number): RunEvent {
  return isTextual(event) ? { ...event, text: event.text.slice(-length) } : event
}
