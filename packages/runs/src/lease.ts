import type { Clock } from './clock.ts'
import { RunsError } from './runs-error.ts'
import { Sleeper } from './sleeper.ts'
import { Watchers } from './watchers.ts'

export interface LeaseLimits {
  /**
   * How far a reader may be sent beyond its last ack, and Claude be read beyond the furthest reader, in UTF-16 code
   * units.
   */
  readonly windowChars: number
  /** How long a run goes on, in ms, without any reader: before the first and after the last one. */
  readonly graceMs: number
  /** How long a flow-controlled reader may stay silent, in ms, before it counts as gone. */
  readonly leaseMs: number
}

export interface LeaseOptions {
  readonly clock: Clock
  readonly limits: LeaseLimits
  /** Go on without readers, and then without a window. */
  readonly keepWithoutReaders: boolean
  /** Called once, when the run has had no reader for `graceMs`. */
  readonly onAbandoned: () => void
}

/** One subscription's hold on a run. */
export interface Reader {
  /** False once it was closed or removed. */
  isOpen(): boolean
  /** Why the lease removed it; undefined when it did not. */
  readonly reason: RunsError | undefined
  /** The furthest position it may be sent. Infinity without flow control. */
  limit(): number
  /** Notes that everything up to `position` is on its way to the reader: it may be acknowledged from now on. */
  sent(position: number): void
  /** Gives the hold up. Idempotent. */
  readonly close: () => void
}

export interface OpenOptions {
  /** Puts the reader under flow control. */
  readonly readerId?: string | undefined
  /** What the reader has received already. */
  readonly position: number
  /** Called when the reader may be sent more, and when it is closed. */
  readonly wake?: () => void
}

interface Holder {
  /** Undefined: not flow-controlled, live while it is connected. */
  readonly readerId: string | undefined
  readonly wake: (() => void) | undefined
  reason: RunsError | undefined
  /** What it has or will have: the position it came with, or the furthest it was sent since. */
  sent: number
  /** The position of its last ack; stays 0 without flow control. */
  acked: number
  /** When it came or last sent an ack, by the clock. */
  heardAt: number
  cancelLapse: (() => void) | undefined
}

/** How many readers that left are remembered, with what they had acknowledged. A page has one at a time. */
const MAX_REMEMBERED = 50

/**
 * Who reads a run, and how far they are. It answers the two questions that cost money: how far may Claude be read, and
 * may the run go on at all.
 */
export class Lease {
  readonly #options: LeaseOptions
  readonly #holders = new Set<Holder>()
  readonly #watchers = new Watchers()
  /** By reader id: what readers that are gone had acknowledged, those that left last at the end. */
  readonly #remembered = new Map<string, number>()
  /** The furthest ack of any reader so far, or the furthest that one without flow control was sent. */
  #furthest = 0
  /** Its timer runs exactly while the run is not over and has no reader. */
  #cancelGrace: (() => void) | undefined
  #ended = false

  constructor(options: LeaseOptions) {
    this.#options = options
    this.#startGrace()
  }

  /** How many readers hold the run. */
  get readers(): number {
    return this.#holders.size
  }

  /** Whether the run is over. */
  get ended(): boolean {
    return this.#ended
  }

  /**
   * Takes hold of the run. Under flow control a reader has acknowledged nothing yet, wherever it starts, except what
   * an earlier reader with its id had.
   */
  open({ readerId, position, wake }: OpenOptions): Reader {
    const { clock, limits } = this.#options
    const previous = [...this.#holders].find((other) => readerId !== undefined && other.readerId === readerId)
    if (previous) this.#remove(previous, new RunsError('reader_replaced', 'A newer reader has this id.'))
    const holder: Holder = {
      readerId,
      wake,
      reason: undefined,
      sent: position,
      acked: (readerId !== undefined && this.#remembered.get(readerId)) || 0,
      heardAt: clock.now(),
      cancelLapse: undefined,
    }
    this.#holders.add(holder)
    this.#cancelGrace?.()
    if (readerId === undefined) this.#reach(position)
    else this.#lapseIfSilent(holder)

    return {
      isOpen: () => this.#holders.has(holder),
      get reason() {
        return holder.reason
      },
      limit: () => (readerId === undefined ? Number.POSITIVE_INFINITY : holder.acked + limits.windowChars),
      sent: (sentUpTo) => {
        holder.sent = Math.max(holder.sent, sentUpTo)
        if (readerId === undefined) this.#reach(sentUpTo)
      },
      close: () => this.#remove(holder),
    }
  }

  /**
   * Everything up to `position` has been rendered: what lies beyond what the reader was sent does not count.
   * Ignored for a reader that is not there.
   */
  ack(readerId: string, position: number): void {
    for (const holder of this.#holders) {
      if (holder.readerId !== readerId) continue
      holder.heardAt = this.#options.clock.now()
      const acked = Math.min(position, holder.sent)
      if (acked <= holder.acked) continue
      holder.acked = acked
      holder.wake?.()
      this.#reach(acked)
    }
  }

  /** Up to where Claude may be read now. */
  demand(): number {
    const { limits, keepWithoutReaders } = this.#options
    if (this.#holders.size === 0 && keepWithoutReaders) return Number.POSITIVE_INFINITY
    return this.#furthest + limits.windowChars
  }

  /** Calls `wake` when `demand()` or `readers` may have changed, until the returned function is called. */
  watch(wake: () => void): () => void {
    return this.#watchers.add(wake)
  }

  /** Resolves when no reader holds the run. */
  async empty(): Promise<void> {
    const sleeper = new Sleeper()
    const unwatch = this.watch(sleeper.wake)
    while (this.#holders.size > 0) await sleeper.sleep()
    unwatch()
  }

  /** The run is over: readers may finish in their own time, and it needs none any more. */
  end(): void {
    this.#ended = true
    this.#cancelGrace?.()
  }

  #reach(position: number): void {
    if (position <= this.#furthest) return
    this.#furthest = position
    this.#watchers.notify()
  }

  #remove(holder: Holder, reason?: RunsError): void {
    if (!this.#holders.delete(holder)) return
    holder.cancelLapse?.()
    holder.reason = reason
    this.#remember(holder)
    holder.wake?.()
    if (this.#holders.size === 0) this.#startGrace()
    this.#watchers.notify()
  }

  #remember({ readerId, acked }: Holder): void {
    if (readerId === undefined || acked === 0) return
    this.#remembered.delete(readerId)
    this.#remembered.set(readerId, acked)
    const [longestGone] = this.#remembered.keys()
    if (this.#remembered.size > MAX_REMEMBERED && longestGone !== undefined)
      this.#remembered.delete(longestGone)
  }

  #startGrace(): void {
    const { clock, limits, keepWithoutReaders, onAbandoned } = this.#options
    if (!this.#ended && !keepWithoutReaders) this.#cancelGrace = clock.after(limits.graceMs, onAbandoned)
  }

  /** Removes a reader that has been silent for a lease, or looks again when it could be. An ack touches no timer. */
  #lapseIfSilent(holder: Holder): void {
    const { clock, limits } = this.#options
    const { leaseMs } = limits
    const left = holder.heardAt + leaseMs - clock.now()
    if (left > 0) holder.cancelLapse = clock.after(left, () => this.#lapseIfSilent(holder))
    else this.#remove(holder, new RunsError('reader_lapsed', `No ack for ${leaseMs} ms.`))
  }
}
