import type { RunEvent } from '@sluice/events'
import type { Lease, Reader } from '../lease.ts'
import type { CopiedRun, LiveStore, Message, SharedRun } from '../live-store.ts'
import { Sleeper } from '../sleeper.ts'
import { settle } from './manual-clock.ts'
import type { Fleet } from './runs-contract/fleet.ts'

/** A fleet in one process. What one instance does reaches the others in a later turn of the event loop. */
export async function sharedMemory(count: number): Promise<Fleet> {
  const network = new Network()
  return {
    stores: Array.from({ length: count }, () => network.join()),
    delayMs: 0,
    async settled() {
      do await settle()
      while (network.isBusy)
    },
    async close() {},
  }
}

class Network {
  readonly #shared = new Map<string, SharedRun>()
  readonly #hearers: ((message: Message) => void)[] = []
  #pending = 0

  get isBusy(): boolean {
    return this.#pending > 0
  }

  join(): LiveStore {
    let own: ((message: Message) => void) | undefined
    const tell = (message: Message) => {
      for (const hear of this.#hearers) if (hear !== own) this.#later(() => hear(message))
    }
    return {
      listen: (hear) => this.#hearers.push((own = hear)),
      ready: () => this.#turn(),
      share: (run) => void this.#share(run),
      copy: (run) => this.#copy(run),
      ownerOf: async (runId) => {
        await this.#turn()
        return this.#shared.get(runId)?.owner
      },
      tell,
      stop: async (runId) => {
        tell({ type: 'stop', runId })
        await this.#turn()
      },
    }
  }

  async #share(run: SharedRun): Promise<void> {
    await this.#turn()
    this.#shared.set(run.runId, run)
    const sleeper = new Sleeper()
    const unwatch = run.lease.watch(sleeper.wake)
    while (!run.lease.ended) await sleeper.sleep()
    unwatch()
    this.#shared.delete(run.runId)
  }

  async *#copy({ runId, after, lease, signal }: CopiedRun): AsyncGenerator<readonly RunEvent[]> {
    await this.#turn()
    const run = this.#shared.get(runId)
    if (run === undefined || signal.aborted) return
    const sleeper = new Sleeper()
    const release = [run.log.watch(sleeper.wake), run.lease.watch(sleeper.wake), this.#hold(run, lease)]
    signal.addEventListener('abort', sleeper.wake, { once: true })
    try {
      for (let position = after; !signal.aborted; await sleeper.sleep()) {
        await this.#turn()
        const isLast = run.lease.ended
        const { end } = await run.log.status()
        if (position < end) yield (await run.log.read(position, end - position)).map(({ event }) => event)
        position = Math.max(position, end)
        if (isLast) return
      }
    } finally {
      signal.removeEventListener('abort', sleeper.wake)
      for (const end of release) end()
    }
  }

  /** The readers of a copy hold the run, where it is written, as one reader. */
  #hold(run: SharedRun, copy: Lease): () => void {
    let holder: Reader | undefined
    const tell = (readers: number, furthest: number) =>
      this.#later(() => {
        if (readers > 0) {
          holder ??= run.lease.open({ position: furthest })
          holder.sent(furthest)
        } else {
          holder?.close()
          holder = undefined
        }
      })
    const update = () => tell(copy.readers, copy.furthest)
    const unwatch = copy.watch(update)
    update()
    return () => {
      unwatch()
      tell(0, 0)
    }
  }

  #later(work: () => void): void {
    this.#pending += 1
    setImmediate(() => {
      this.#pending -= 1
      work()
    })
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#later(resolve))
  }
}
