import { z } from 'zod'

/** From a process with readers to the one that writes their run. Sent again and again, because each may be lost. */
const HoldSchema = z.object({
  type: z.literal('hold'),
  runId: z.string(),
  /** The number of readers. 0: the run is let go. */
  readers: z.number(),
  /** The furthest position that one of them has acknowledged. */
  furthest: z.number(),
  /** How far the copy has read. */
  position: z.number(),
})
export type Hold = z.infer<typeof HoldSchema>

/**
 * Redis has more of the run: sent after every append, and when a hold shows that the copy is behind. `over`: nothing
 * follows what Redis has.
 */
const GrownSchema = z.object({ type: z.literal('grown'), runId: z.string(), over: z.boolean() })

const MessageSchema = z.discriminatedUnion('type', [
  HoldSchema,
  GrownSchema,
  // What all processes are told: `Message` of @sluice/runs.
  z.object({ type: z.literal('opened'), runId: z.string(), readerId: z.string() }),
  z.object({ type: z.literal('ack'), runId: z.string(), readerId: z.string(), position: z.number() }),
  z.object({ type: z.enum(['stop', 'ended']), runId: z.string() }),
  z.object({ type: z.literal('adopt'), runIds: z.array(z.string()).readonly(), owner: z.string() }),
  z.object({ type: z.literal('forget'), owner: z.string() }),
])
export type StoreMessage = z.infer<typeof MessageSchema>

const ParcelSchema = z.object({ from: z.string(), messages: z.array(z.unknown()) })

/** What is published: all that one process tells another, or all others, in one tick. */
export interface Parcel {
  readonly from: string
  readonly messages: readonly StoreMessage[]
}

/** Messages of types that are not known here, from an instance of another version, are left out. @throws for anything else. */
export function parseParcel(text: string): Parcel {
  const { from, messages } = ParcelSchema.parse(JSON.parse(text))
  const known = messages.flatMap((message) => {
    const parsed = MessageSchema.safeParse(message)
    return parsed.success ? [parsed.data] : []
  })
  return { from, messages: known }
}

/** Sends what is told in one turn of the event loop to one destination as one parcel. */
export class Outbox {
  readonly #publish: (channel: string, parcel: Parcel) => void
  readonly #from: string
  readonly #waiting = new Map<string, StoreMessage[]>()

  constructor(from: string, publish: (channel: string, parcel: Parcel) => void) {
    this.#from = from
    this.#publish = publish
  }

  add(channel: string, message: StoreMessage): void {
    const waiting = this.#waiting.get(channel)
    if (waiting) {
      waiting.push(message)
      return
    }
    if (this.#waiting.size === 0) setImmediate(() => this.#send())
    this.#waiting.set(channel, [message])
  }

  #send(): void {
    for (const [channel, messages] of this.#waiting) this.#publish(channel, { from: this.#from, messages })
    this.#waiting.clear()
  }
}
