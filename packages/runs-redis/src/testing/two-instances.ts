import { expect } from 'vitest'
import type { Deployment } from './deployment.ts'
import type { Instance } from './instance.ts'
import { words } from './word-source.ts'

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

  /** Lets the source finish. Both readers must have every word once and its end, and nothing was paid twice. */
  async expectAll(): Promise<void> {
    this.a.finish()
    await this.ended()
    const { a, b, at } = this
    const text = words(a.state.spoken)
    for (const { state } of [a, b]) {
      expect(state.readings).toEqual([{ text, end: expect.objectContaining({ type: 'done' }) }])
      expect(state.dead).toEqual([])
    }
    expect([a.state.calls, b.state.calls]).toEqual([1, 0])
    expect(a.state.ended).toMatchObject([{ terminal: { stopReason: 'end_turn' }, charsAfterCut: 0 }])
    expect(at.textRecorded('run')).toBe(text)
  }

  /** Redis has refused nothing of what it was asked. */
  expectNoRefusals(): void {
    expect([...this.a.state.refusals, ...this.b.state.refusals]).toEqual([])
  }
}
