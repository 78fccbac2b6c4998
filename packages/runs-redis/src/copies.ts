import { extent, isTerminal, type RunEvent } from '@sluice/events'
import { type CopiedRun, Sleeper } from '@sluice/runs'
import type { Connection } from './connection.ts'
import { channels, keys } from './keys.ts'
import type { Outbox } from './messages.ts'
import { readLog } from './read-log.ts'

export interface CopiesOptions {
  readonly connection: Connection
  readonly outbox: Outbox
  /** Called with the instance that writes a run, when a copy of it begins. */
  readonly onWriter: (instance: string) => void
  readonly onError: (error: unknown) => void
}

interface Copy extends Pick<CopiedRun, 'runId' | 'lease'> {
  readonly sleeper: Sleeper
  position: number
  /** The instance that writes it, once that is known. */
  writer: string | undefined
  /** Nothing follows what is in Redis now. */
  isOver: boolean
}

/** The runs that other instances write, and that have or had readers here. */
export class Copies {
  readonly #options: CopiesOptions
  readonly #copies = new Map<string, Copy>()

  constructor(options: CopiesOptions) {
    this.#options = options
  }

  /** See `LiveStore.copy`. */
  async *read({ runId, after, lease, signal }: CopiedRun): AsyncGenerator<readonly RunEvent[]> {
    const { connection, onWriter, onError } = this.#options
    const sleeper = new Sleeper()
    const copy: Copy = { runId, lease, sleeper, position: after, writer: undefined, isOver: false }
    const unwatch = lease.watch(() => this.#hold(copy))
    signal.addEventListener('abort', sleeper.wake, { once: true })
    this.#copies.set(runId, copy)
    try {
      const writer = await connection.send('HGET', keys.run(runId), 'instance')
      if (typeof writer !== 'string' || writer === '') return
      copy.writer = writer
      onWriter(writer)
      this.#hold(copy)
      while (!signal.aborted) {
        const wasOver = copy.isOver
        const events = await readLog(connection, runId, copy.position)
        copy.position += events.reduce((sum, event) => sum + extent(event), 0)
        if (events.length > 0) yield events
        if (wasOver || events.some(isTerminal)) return
        await sleeper.sleep()
      }
    } catch (error) {
      onError(error)
    } finally {
      unwatch()
      signal.removeEventListener('abort', sleeper.wake)
      // Its readers may have come back, and have begun another copy.
      if (this.#copies.get(runId) === copy) {
        this.#copies.delete(runId)
        this.#hold(copy, 0)
      }
    }
  }

  /** The instance that writes a run says that Redis has more of it; or with `over`, that nothing follows. */
  grown({ runId, over }: { runId: string; over: boolean }): void {
    const copy = this.#copies.get(runId)
    if (copy && over) finish(copy)
    else copy?.sleeper.wake()
  }

  /** Says again which readers there are. */
  beat(): void {
    for (const copy of this.#copies.values()) this.#hold(copy)
  }

  /** Ends the copies of an instance's runs, or all. */
  finish(writer?: string): void {
    for (const copy of this.#copies.values()) if (writer === undefined || copy.writer === writer) finish(copy)
  }

  #hold({ runId, lease, position, writer }: Copy, readers = lease.readers): void {
    const { connection, outbox } = this.#options
    if (writer === undefined || !connection.isUp) return
    // No reader has seen more than was read, whatever it says.
    const furthest = Math.min(lease.furthest, position)
    outbox.add(channels.to(writer), { type: 'hold', runId, readers, furthest, position })
  }
}

function finish(copy: Copy): void {
  copy.isOver = true
  copy.sleeper.wake()
}
