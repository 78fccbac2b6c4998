import type { PeerName } from '../peers/peer-name.ts'
import { monotonicMs } from '../stamp.ts'
import { Tally } from './tally.ts'
import { VISITS } from './visits.ts'
import type { Visit } from './visit.ts'

export interface CrowdTarget {
  readonly peer: PeerName
  readonly url: string
  /** Where sluice's answers are read, acknowledged and stopped, if not where they are started. */
  readonly readUrl?: string | undefined
  readonly prompt: string
}

/** Many visits to one server, counted together. */
export class Crowd {
  readonly tally = new Tally()
  readonly #visits = new Set<Visit>()
  #error: Error | undefined
  #waiters: { enough: () => boolean; resolve: (held: boolean) => void; reject: (error: Error) => void }[] = []
  #opened = 0
  /** How many have received their first delta. */
  #begun = 0

  /** Opens one visit. `onClose` gets the deltas that it received. */
  open(
    { peer, url, readUrl, prompt }: CrowdTarget,
    { freezeAtOnce = false, onClose }: { freezeAtOnce?: boolean; onClose?: (deltas: number) => void } = {},
  ): void {
    let received = 0
    this.#opened += 1
    const visit = VISITS[peer]({
      url,
      readUrl,
      prompt,
      tally: this.tally,
      onDeltas: (count) => {
        if (received === 0 && count > 0) {
          this.#begun += 1
          if (freezeAtOnce) visit.freeze()
        }
        received += count
        this.#look()
      },
      onClose: (error) => {
        this.#visits.delete(visit)
        this.#error ??= error
        onClose?.(received)
        this.#look()
      },
    })
    this.#visits.add(visit)
  }

  /** Resolves to whether every visit receives a delta within that time. */
  allBegun(timeoutMs: number): Promise<boolean> {
    return this.#until(() => this.#begun >= this.#opened, timeoutMs)
  }

  received(deltas: number, timeoutMs: number): Promise<boolean> {
    return this.#until(() => this.tally.deltas >= deltas, timeoutMs)
  }

  /** Calls this method of every visit, and returns the time, in monotonic ms. */
  each(act: 'stop' | 'close' | 'freeze'): number {
    const at = monotonicMs()
    for (const visit of this.#visits) visit[act]()
    return at
  }

  /** @throws the first error of a visit. */
  check(): void {
    if (this.#error) throw this.#error
  }

  #until(enough: () => boolean, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => resolve(false), timeoutMs)
      this.#waiters.push({
        enough,
        resolve(held) {
          clearTimeout(timer)
          resolve(held)
        },
        reject(error) {
          clearTimeout(timer)
          reject(error)
        },
      })
      this.#look()
    })
  }

  #look(): void {
    if (this.#waiters.length === 0) return
    const waiters = this.#waiters
    this.#waiters = []
    for (const waiter of waiters) {
      if (this.#error) waiter.reject(this.#error)
      else if (waiter.enough()) waiter.resolve(true)
      else this.#waiters.push(waiter)
    }
  }
}
