import type { Message } from '@sluice/runs'
import { z } from 'zod'

/** From a process with readers to the one that writes their run. Sent again and again, because each may be lost. */
export interface Hold {
  readonly type: 'hold'
  readonly runId: string
  /** The number of readers. 0: the run is let go. */
  readonly readers: number
  /** The furthest position that one of them has acknowledged. */
  readonly furthest: number
  /** How far the copy has read. */
  readonly position: number
}

/**
 * Redis has more of the run: sent after every append, and when a hold shows that the copy is behind. `over`: nothing
 * follows what Redis has.
 */
interface Grown {
  readonly type: 'grown'
  readonly runId: string
  readonly over: boolean
}

export type StoreMessage = Hold | Grown | Message

/** Made once: making a schema costs a hundred times what using it does. */
const TypedSchema = z.looseObject({ type: z.string() })

/** An instance of another version may send types that are not known here: the receiver ignores them. */
const MessageSchema = z.custom<StoreMessage>((value) => TypedSchema.safeParse(value).success)

/** What is published: all that one process tells another, or all others, in one tick. */
export const ParcelSchema = z.object({ from: z.string(), messages: z.array(MessageSchema) })
export type Parcel = z.infer<typeof ParcelSchema>

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
