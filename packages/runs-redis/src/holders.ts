import type { Clock, Lease } from '@sluice/runs'
import type { Hold } from './messages.ts'

/** How long an instance with readers may be silent before they count as gone, in ms: three of its holds. */
const SILENCE_MS = 6000

/**
 * The readers of a shared run on other instances. In the run's lease each instance is one reader without flow control,
 * which was sent what the furthest of its readers has acknowledged. So window, grace and pause work as they do for
 * local readers.
 */
export class Holders {
  readonly #lease: Lease
  readonly #clock: Clock
  readonly #holders = new Map<string, { readonly reader: ReturnType<Lease['open']>; heardAt: number }>()

  constructor(lease: Lease, clock: Clock) {
    this.#lease = lease
    this.#clock = clock
  }

  /** The instances that have readers. */
  get instances(): readonly string[] {
    return [...this.#holders.keys()]
  }

  hear(instance: string, { readers, furthest }: Hold): void {
    if (readers === 0) return this.#drop(instance)
    const heardAt = this.#clock.now()
    const known = this.#holders.get(instance)
    const { reader } = known ?? { reader: this.#lease.open({ position: furthest }) }
    this.#holders.set(instance, { reader, heardAt })
    reader.sent(furthest)
  }

  /** Drops the instances that were silent for too long since `since`, when this instance could hear them again. */
  dropSilent(since: number): void {
    for (const [instance, { heardAt }] of this.#holders)
      if (this.#clock.now() - Math.max(heardAt, since) > SILENCE_MS) this.#drop(instance)
  }

  close(): void {
    for (const instance of this.#holders.keys()) this.#drop(instance)
  }

  #drop(instance: string): void {
    const holder = this.#holders.get(instance)
    this.#holders.delete(instance)
    holder?.reader.close()
  }
}
