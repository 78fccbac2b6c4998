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
  /** How long a run goes on without any reader, before the first and after the last one, in ms. */
  readonly graceMs: number
  /** How long a flow-controlled reader may send no ack before it is removed, in ms. */
  readonly leaseMs: number
}

export interface LeaseOptions {
  readonly clock: Clock
  readonly limits: LeaseLimits
  /** The run goes on without readers, and while there are none it has no window. */
  readonly keepWithoutReaders: boolean
  /** Called when the run has had no reader for `graceMs`, before its end or after it. */
  readonly onUnread: () => void
}

/** One subscription's hold on a run. */
export interface Reader {
  /** False after it was closed or removed. */
  isOpen(): boolean
  /** Why the lease removed it; undefined if it did not. */
  readonly reason: RunsError | undefined
  /** The furthest position that it may be sent. Infinity without flow control. */
  limit(): number
  /** Records that everything up to `position` was sent to the reader, which may now acknowledge it. */
  sent(position: number): void
  /** Lets go of the run. Idempotent. */
  readonly close: () => void
}

export interface OpenOptions {
  /** Puts the reader under flow control. */
  readonly readerId?: string | undefined
  /** The position that the reader has received. */
  readonly position: number
  /** Called when the reader may be sent more, and when it is closed. */
  readonly wake?: () => void
}

/** A reader as the lease sees it. */
interface Holder extends Reader {
  /** Undefined for a reader without flow control, which stays until it is closed. */
  readonly readerId: string | undefined
  readonly wake: (() => void) | undefined
  reason: RunsError | undefined
  /** The furthest position that it was sent, or the one that it started from. */
  sentUpTo: number
  /** The position of its last ack. Stays 0 without flow control. */
  acked: number
  /** When it was opened or last sent an ack, by the clock. */
  heardAt: number
  cancelLapse: (() => void) | undefined
}

/** How many readers that are gone are remembered with their acks. A page has one reader at a time. */
const MAX_REMEMBERED = 50

/** The readers of a run and their progress. It decides how far Claude may be read, and whether the run goes on. */
export class Lease {
  readonly #options: LeaseOptions
  readonly #holders = new Set<Holder>()
  #opened = 0
  readonly #watchers = new Watchers()
  /** The acks of readers that are gone, by reader id. Those that left last are at the end. */
  readonly #remembered = new Map<string, number>()
  #furthest = 0
  /** The timer runs while there is no reader. */
  #cancelGrace: (() => void) | undefined
  #ended = false
  #closed = false

  constructor(options: LeaseOptions) {
    this.#options = options
    this.#startGrace()
  }

  /** Number of readers that hold the run. */
  get readers(): number {
    return this.#holders.size
  }

  /** Number of readers so far; one that reconnects counts again. */
  get opened(): number {
    return this.#opened
  }

  /** The furthest position that a reader has acknowledged, or that one without flow control was sent. */
  get furthest(): number {
    return this.#furthest
  }

  /** Whether the run has ended. */
  get ended(): boolean {
    return this.#ended
  }

  /**
   * Opens a reader, which holds the run. A flow-controlled reader has acknowledged nothing yet, whatever its position,
   * unless an earlier reader with its id had.
   */
  open({ readerId, position, wake }: OpenOptions): Reader {
    const { clock, limits } = this.#options
    if (readerId !== undefined) this.replace(readerId)
    const holder: Holder = {
      readerId,
      wake,
      reason: undefined,
      sentUpTo: position,
      acked: (readerId !== undefined && this.#remembered.get(readerId)) || 0,
      heardAt: clock.now(),
      cancelLapse: undefined,
      isOpen: () => this.#holders.has(holder),
      limit: () => (readerId === undefined ? Number.POSITIVE_INFINITY : holder.acked + limits.windowChars),
      sent: (sentUpTo) => {
        holder.sentUpTo = Math.max(holder.sentUpTo, sentUpTo)
        if (readerId === undefined) this.#reach(sentUpTo)
      },
      close: () => this.#remove(holder),
    }
    this.#holders.add(holder)
    this.#opened += 1
    this.#cancelGrace?.()
    if (readerId === undefined) this.#furthest = Math.max(this.#furthest, position)
    else this.#lapseIfSilent(holder)
    this.#watchers.notify()
    return holder
  }

  /**
   * Records that a reader has rendered everything up to `position`, or up to what it was sent, whichever is less.
   *
   * @returns false for a reader that is not open.
   */
  ack(readerId: string, position: number): boolean {
    const holder = this.#holderOf(readerId)
    if (holder === undefined) return false
    holder.heardAt = this.#options.clock.now()
    const acked = Math.min(position, holder.sentUpTo)
    if (acked > holder.acked) {
      holder.acked = acked
      holder.wake?.()
      this.#reach(acked)
    }
    return true
  }

  /** Removes the reader with this id, for a newer one. @returns the last ack of a reader with this id, if any. */
  replace(readerId: string): number | undefined {
    const holder = this.#holderOf(readerId)
    if (holder) this.#remove(holder, new RunsError('reader_replaced', 'A newer reader has this id.'))
    return this.#remembered.get(readerId)
  }

  /** Removes all readers. */
  dismiss(reason: RunsError): void {
    for (const holder of this.#holders) this.#remove(holder, reason)
  }

  /** The position up to which Claude may be read now. */
  demand(): number {
    const { limits, keepWithoutReaders } = this.#options
    if (this.#holders.size === 0 && keepWithoutReaders) return Number.POSITIVE_INFINITY
    return this.#furthest + limits.windowChars
  }

  /** Calls `wake` when `demand()`, `readers` or `ended` may have changed, until the returned function is called. */
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

  /** To be called when the run has ended. It goes on to be held by its readers, and a grace longer. */
  end(): void {
    this.#ended = true
    if (this.#holders.size === 0) this.#startGrace()
    this.#watchers.notify()
  }

  /** Stops the timer of the grace for good. */
  close(): void {
    this.#closed = true
    this.#cancelGrace?.()
  }

  #holderOf(readerId: string): Holder | undefined {
    for (const holder of this.#holders) if (holder.readerId === readerId) return holder
    return undefined
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
    const [firstToLeave] = this.#remembered.keys()
    if (this.#remembered.size > MAX_REMEMBERED && firstToLeave !== undefined)
      this.#remembered.delete(firstToLeave)
  }

  #startGrace(): void {
    const { clock, limits, keepWithoutReaders, onUnread } = this.#options
    this.#cancelGrace?.()
    if (this.#closed || (keepWithoutReaders && !this.#ended)) return
    this.#cancelGrace = clock.after(limits.graceMs, onUnread)
  }

  /** Removes a reader that has sent no ack for `leaseMs`, or checks again later. So an ack touches no timer. */
  #lapseIfSilent(holder: Holder): void {
    const { clock, limits } = this.#options
    const { leaseMs } = limits
    const left = holder.heardAt + leaseMs - clock.now()
    if (left > 0) holder.cancelLapse = clock.after(left, () => this.#lapseIfSilent(holder))
    else this.#remove(holder, new RunsError('reader_lapsed', `No ack for ${leaseMs} ms.`))
  }
}
