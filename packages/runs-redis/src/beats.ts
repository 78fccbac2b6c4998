import type { Connection } from './connection.ts'
import { z } from 'zod'
import { keys } from './keys.ts'

const BeatsSchema = z.record(z.string(), z.string())

/** How many answered checks in a row find the same beat of an instance before it is dead: 10 s, and up to 12. */
const CHECKS = 5

export interface BeatsOptions {
  readonly instance: string
  readonly connection: Pick<Connection, 'send'>
  /** Ends what a dead instance has left behind. It is called again at the next beat if it rejects. */
  readonly onDead: (instance: string) => Promise<void>
}

/**
 * The signs of life of all instances. Each counts its own beats up, and watches those of the others. Checks that Redis
 * does not answer do not count, so nobody dies because Redis was away; keys that expire would do just that.
 */
export class Beats {
  readonly #options: BeatsOptions
  readonly #others = new Map<string, { beat: string; checks: number }>()
  #own = 0

  constructor(options: BeatsOptions) {
    this.#options = options
  }

  /** The other instances that have not been found dead. */
  get alive(): readonly string[] {
    return [...this.#others].flatMap(([instance, { checks }]) => (checks < CHECKS ? [instance] : []))
  }

  /** @throws what {@link Connection.send} throws. */
  async beat(): Promise<void> {
    const { instance, connection, onDead } = this.#options
    await connection.send('HSET', keys.beats, instance, String(++this.#own))
    const beats = await this.#read()
    for (const other of this.#others.keys()) if (!beats.has(other)) this.#others.delete(other)
    for (const [other, beat] of beats) {
      if (other === instance) continue
      const known = this.#others.get(other)
      const checks = known?.beat === beat ? known.checks + 1 : 0
      this.#others.set(other, { beat, checks })
      if (checks < CHECKS) continue
      await onDead(other)
      await connection.send('HDEL', keys.beats, other)
    }
  }

  /** Says that this instance has ended its runs. */
  async leave(): Promise<void> {
    const { instance, connection } = this.#options
    await connection.send('HDEL', keys.beats, instance)
  }

  async #read(): Promise<Map<string, string>> {
    const reply = BeatsSchema.parse(await this.#options.connection.send('HGETALL', keys.beats))
    return new Map(Object.entries(reply))
  }
}
