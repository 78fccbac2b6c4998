import type { Connection } from './connection.ts'
import { keys } from './keys.ts'
import { beat } from './scripts.ts'

/** How many answered checks in a row find no new beat of an instance before it is dead: 10 s, and up to 12. */
const CHECKS = 5

export interface BeatsOptions {
  readonly instance: string
  readonly connection: Pick<Connection, 'send'>
  /** Ends what a dead instance has left behind. It is called again at the next beat if it rejects. */
  readonly onDead: (instance: string) => Promise<void>
  /** Called with what `onDead` throws. */
  readonly onError: (error: unknown) => void
}

interface Other {
  /** The last one; undefined before the first. */
  beat: string | undefined
  /** How many checks in a row found no new one. */
  checks: number
  isListed: boolean
}

/**
 * The signs of life of all instances. Each counts its own beats up, and watches those of the others. Checks that Redis
 * does not answer do not count, so nobody dies because Redis was away; keys that expire would do just that. An instance
 * that is no longer listed has left, or Redis has lost the list: it is waited for as any other.
 */
export class Beats {
  readonly #options: BeatsOptions
  readonly #others = new Map<string, Other>()
  /** Those that `onDead` is busy with. It may take long, and this instance must go on beating. */
  readonly #dying = new Set<string>()
  #own = 0
  #isAnswered = false

  constructor(options: BeatsOptions) {
    this.#options = options
  }

  /** The other instances that are listed, and have not been found dead. None while the last beat is not answered. */
  get alive(): readonly string[] {
    if (!this.#isAnswered) return []
    return [...this.#others].flatMap(([instance, { checks, isListed }]) =>
      isListed && checks < CHECKS ? [instance] : [],
    )
  }

  /** Waits for beats of an instance, although it may never have been listed. */
  expect(instance: string): void {
    if (instance === this.#options.instance || this.#others.has(instance)) return
    this.#others.set(instance, { beat: undefined, checks: 0, isListed: false })
  }

  /** @throws what {@link Connection.send} throws. */
  async beat(): Promise<void> {
    const { instance, connection } = this.#options
    this.#isAnswered = false
    const beats = await beat(connection.send, instance, ++this.#own)
    this.#isAnswered = true
    for (const listed of beats.keys()) this.expect(listed)
    for (const [name, other] of this.#others) {
      const latest = beats.get(name)
      other.isListed = latest !== undefined
      other.checks = latest === undefined || latest === other.beat ? other.checks + 1 : 0
      other.beat = latest ?? other.beat
      if (other.checks >= CHECKS) void this.#bury(name)
    }
  }

  /** Says that this instance has ended its runs. */
  async leave(): Promise<void> {
    const { instance, connection } = this.#options
    await connection.send('HDEL', keys.beats, instance)
  }

  async #bury(instance: string): Promise<void> {
    if (this.#dying.has(instance)) return
    this.#dying.add(instance)
    const { connection, onDead, onError } = this.#options
    try {
      await onDead(instance)
      await connection.send('HDEL', keys.beats, instance)
      this.#others.delete(instance)
    } catch (error) {
      onError(error)
    } finally {
      this.#dying.delete(instance)
    }
  }
}
