import type { Clock } from './clock.ts'
import { RunsError } from './runs-error.ts'
import { Wakeups } from './wakeups.ts'

export interface LeaseOptions {
  readonly clock: Clock
  /** How far a reader may be sent beyond its last ack, and Claude be read beyond the furthest reader. */
  readonly windowChars: number
  /** How long a run goes on, in ms, without any reader: before the first and after the last one. */
  readonly graceMs: number
  /** How long a flow-controlled reader may stay silent, in ms, before it counts as gone. */
  readonly leaseMs: number
  /** Go on without readers, and then without a window. */
  readonly keepWithoutReaders: boolean
  /** Called once, when no reader has been there for `graceMs`. */
  readonly onAbandoned: () => void
}

/** One subscription's hold on a run. */
export interface Reader {
  /** Aborts when the reader is closed; with a {@link RunsError} as reason when the lease threw it out. */
  readonly signal: AbortSignal
  /** The furthest position it may be sent. Infinity without flow control. */
  allowance(): number
  /** Notes that everything up to `position` is on its way to the reader. */
  sent(position: number): void
  /** Resolves when `allowance()` exceeds `position`, or when `signal` aborts. */
  room(position: number): Promise<void>
  /** Gives the hold up. Idempotent. */
  readonly close: () => void
}

interface Holder {
  /** Undefined: not flow-controlled, live while it is connected. */
  readonly readerId: string | undefined
  readonly controller: AbortController
  /** Where it stands: its last ack, or what it was sent when it is not flow-controlled. */
  position: number
  /** When it last gave a sign of life, by the clock; means nothing without flow control. */
  heardAt: number
}

/**
 * Who reads a run, how far they are, and whether anybody still does.
 *
 * It answers the two questions that cost money: how far may Claude be read, and may the run go on at all.
 */
export class Lease {
  readonly #options: LeaseOptions
  readonly #holders = new Set<Holder>()
  readonly #changes = new Wakeups()
  /** Where the last reader to leave stood: what Claude may be read ahead of while nobody is there. */
  #leftAt = 0
  /** Ticking exactly while the run is live and nobody holds it. */
  #cancelGrace: (() => void) | undefined
  /** Ticking exactly while a flow-controlled reader holds it. Never re-armed by an ack, only by its own end. */
  #cancelSweep: (() => void) | undefined
  #ended = false
  #paused = false

  constructor(options: LeaseOptions) {
    this.#options = options
    this.#startGrace()
  }

  /** Whether Claude is not read just now, for the readers have enough. */
  get paused(): boolean {
    return this.#paused
  }

  /** How many readers hold the run. */
  get readers(): number {
    return this.#holders.size
  }

  /** Takes hold of the run at `position`: that much the reader has. A `readerId` puts it under flow control. */
  open({ readerId, position }: { readerId?: string | undefined; position: number }): Reader {
    if (readerId !== undefined) {
      const previous = [...this.#holders].find((holder) => holder.readerId === readerId)
      if (previous) this.#remove(previous, new RunsError('reader_replaced', 'A newer reader has this id.'))
    }
    const { clock, windowChars } = this.#options
    const holder: Holder = { readerId, controller: new AbortController(), position, heardAt: clock.now() }
    this.#holders.add(holder)
    this.#cancelGrace?.()
    this.#cancelGrace = undefined
    if (readerId !== undefined) this.#startSweep(this.#options.leaseMs)
    this.#changes.wake()

    const { signal } = holder.controller
    const allowance = () =>
      readerId === undefined ? Number.POSITIVE_INFINITY : holder.position + windowChars
    return {
      signal,
      allowance,
      sent: (sentUpTo) => {
        if (readerId === undefined) this.#move(holder, sentUpTo)
      },
      room: async (wanted) => {
        while (allowance() <= wanted && !signal.aborted) await this.#changes.wait(signal)
      },
      close: () => this.#remove(holder),
    }
  }

  /** Everything up to `position` has been rendered. Ignored for a reader that is not there. */
  ack(readerId: string, position: number): void {
    for (const holder of this.#holders) {
      if (holder.readerId !== readerId) continue
      holder.heardAt = this.#options.clock.now()
      this.#move(holder, position)
    }
  }

  /** Up to where Claude may be read now. */
  demand(): number {
    const { windowChars, keepWithoutReaders } = this.#options
    if (this.#holders.size === 0)
      return keepWithoutReaders ? Number.POSITIVE_INFINITY : this.#leftAt + windowChars
    return this.#furthest() + windowChars
  }

  /** Resolves when `demand()` exceeds `end`, or when `signal` aborts. */
  async demandBeyond(end: number, signal: AbortSignal): Promise<void> {
    while (this.demand() <= end && !signal.aborted) {
      this.#paused = true
      await this.#changes.wait(signal)
    }
    this.#paused = false
  }

  /** Resolves when nobody holds the run, or when `signal` aborts. */
  async empty(signal: AbortSignal): Promise<void> {
    while (this.#holders.size > 0 && !signal.aborted) await this.#changes.wait(signal)
  }

  /** The run has ended: readers may finish in their own time, but nobody is missed any more. */
  end(): void {
    this.#ended = true
    this.#cancelGrace?.()
    this.#cancelGrace = undefined
  }

  #furthest(): number {
    let furthest = 0
    for (const holder of this.#holders) furthest = Math.max(furthest, holder.position)
    return furthest
  }

  #move(holder: Holder, position: number): void {
    if (position <= holder.position) return
    holder.position = position
    this.#changes.wake()
  }

  #remove(holder: Holder, reason?: RunsError): void {
    if (!this.#holders.delete(holder)) return
    holder.controller.abort(reason)
    if (this.#holders.size === 0) {
      this.#leftAt = holder.position
      this.#cancelSweep?.()
      this.#cancelSweep = undefined
      this.#startGrace()
    }
    this.#changes.wake()
  }

  #startGrace(): void {
    const { clock, graceMs, keepWithoutReaders, onAbandoned } = this.#options
    if (this.#ended || keepWithoutReaders) return
    this.#cancelGrace = clock.after(graceMs, () => {
      this.#cancelGrace = undefined
      onAbandoned()
    })
  }

  #startSweep(ms: number): void {
    this.#cancelSweep ??= this.#options.clock.after(ms, () => {
      this.#cancelSweep = undefined
      this.#sweep()
    })
  }

  /** Throws out whoever has been silent for a lease, and comes back when the next one could be. */
  #sweep(): void {
    const { clock, leaseMs } = this.#options
    const now = clock.now()
    let next = Number.POSITIVE_INFINITY
    for (const holder of this.#holders) {
      if (holder.readerId === undefined) continue
      const left = holder.heardAt + leaseMs - now
      if (left > 0) next = Math.min(next, left)
      else this.#remove(holder, new RunsError('reader_lapsed', `No ack for ${leaseMs} ms.`))
    }
    if (next !== Number.POSITIVE_INFINITY) this.#startSweep(next)
  }
}
