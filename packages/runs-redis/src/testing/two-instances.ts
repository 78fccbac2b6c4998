import type { Deployment } from './deployment.ts'
import type { Instance, Reading } from './instance.ts'
import { words } from './word-source.ts'

interface Outcome {
  /** What each reader of `a` and of `b` has received, and the end. */
  readonly readers: unknown[][]
  readonly recorded: string | undefined
  /** Calls of the source by `a` and by `b`. */
  readonly calls: readonly number[]
  readonly charsAfterEnd: readonly number[]
  /** The instances that were found dead. */
  readonly dead: readonly string[]
  /** What Redis has refused. */
  readonly refusals: readonly string[]
}

/** Nothing was lost, nothing was paid twice, and nobody has noticed anything. */
export const COMPLETE: Outcome = {
  readers: [[['every word', 'end_turn']], [['every word', 'end_turn']]],
  recorded: 'every word',
  calls: [1, 0],
  charsAfterEnd: [0],
  dead: [],
  refusals: [],
}

/** Instance `a` writes a run, which is read there and on instance `b`. */
export class TwoInstances {
  readonly at: Deployment
  readonly a: Instance
  readonly b: Instance
  readonly #reads: Promise<unknown>[] = []

  private constructor(at: Deployment, a: Instance, b: Instance) {
    this.at = at
    this.a = a
    this.b = b
  }

  /** Both are connected, and the run is read on both; each through a proxy if it is given the port of one. */
  static async start(at: Deployment, ports: { a?: number; b?: number } = {}): Promise<TwoInstances> {
    const two = new TwoInstances(at, await at.connected('a', ports.a), await at.connected('b', ports.b))
    await two.a.start('run')
    for (const instance of [two.a, two.b]) two.#reads.push(instance.read('run'))
    await two.more()
    return two
  }

  /** Both readers have more than they had. */
  async more(): Promise<void> {
    await Promise.all([this.a, this.b].map((instance) => this.moreOn(instance)))
  }

  async moreOn(instance: Instance): Promise<void> {
    const length = () => instance.state.readings[0]?.text.length ?? 0
    const before = length()
    await this.at.until(() => length() > before + 50)
  }

  /** Both have been connected this many times, and are. */
  async up(times: number): Promise<void> {
    await this.at.until(() => [this.a, this.b].every(({ state, store }) => store.isUp && state.ups >= times))
  }

  async down(): Promise<void> {
    await this.at.until(() => [this.a, this.b].every(({ state }) => state.downs >= 1))
  }

  /** The readers have received an end, or failed. */
  async ended(): Promise<void> {
    await Promise.all(this.#reads)
  }

  /** Lets the source finish. @returns what the readers received and what was paid, once they have the end. */
  async finish(): Promise<Outcome> {
    this.a.finish()
    await this.ended()
    const { a, b, at } = this
    const spoken = words(a.state.spoken)
    const received = (text?: string) => (text === spoken ? 'every word' : text)
    const endOf = ({ end, failure }: Reading) =>
      end?.type === 'done' ? end.stopReason : (end?.code ?? failure)
    return {
      readers: [a, b].map(({ state }) => state.readings.map((it) => [received(it.text), endOf(it)])),
      recorded: received(at.textRecorded('run')),
      calls: [a.state.calls, b.state.calls],
      charsAfterEnd: a.state.ended.map(({ charsAfterCut }) => charsAfterCut),
      dead: [...a.state.dead, ...b.state.dead],
      refusals: [...a.state.refusals, ...b.state.refusals],
    }
  }
}
