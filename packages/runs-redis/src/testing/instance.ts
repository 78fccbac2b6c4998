import { isTerminal, type TerminalEvent } from '@sluice/events'
import { INTERRUPTED, Runs, type RunSummary } from '@sluice/runs'
import { RedisLiveStore } from '../redis-live-store.ts'
import { fastClock } from './fast-clock.ts'
import type { InstanceRecords } from './shared-records.ts'
import { wordSource } from './word-source.ts'

/** How much faster than the system's the clocks of instances run. */
export const FASTER = 10
export const FRAME_MS = 50
const OWNER = 'an-owner'

/** What a reader has received. */
export interface Reading {
  readonly text: string
  readonly end?: TerminalEvent | undefined
  /** The code of the error that ended it instead. */
  readonly failure?: string | undefined
}

/** What has happened to an instance so far. */
export interface InstanceState {
  readonly ups: number
  readonly downs: number
  /** The instances that it found dead. */
  readonly dead: readonly string[]
  /** What Redis refused, in short. */
  readonly refusals: readonly string[]
  /** Calls of its source, and words that this has said. */
  readonly calls: number
  readonly spoken: number
  readonly ended: readonly RunSummary[]
  /** Readers of all its runs. */
  readonly readers: number
  readonly readings: readonly Reading[]
}

export interface InstanceOptions {
  readonly name: string
  readonly url: string
  readonly records: InstanceRecords
  readonly onChange: () => void
}

/** A server process without HTTP: a live store, its runs, and a source for them. */
export class Instance {
  readonly name: string
  readonly clock = fastClock(FASTER)
  readonly store: RedisLiveStore
  readonly runs: Runs
  readonly words: ReturnType<typeof wordSource>
  readonly #state = {
    ups: 0,
    downs: 0,
    dead: [] as string[],
    refusals: [] as string[],
    ended: [] as RunSummary[],
    readings: [] as Reading[],
  }
  readonly #onChange: () => void

  constructor({ name, url, records, onChange }: InstanceOptions) {
    this.name = name
    this.#onChange = onChange
    const { clock } = this
    this.words = wordSource(clock, 50, onChange)
    const count = (what: 'ups' | 'downs') => () => {
      this.#state[what] += 1
      onChange()
    }
    const store = new RedisLiveStore({
      url,
      instance: name,
      runMaxMs: 3_600_000,
      clock,
      onUp: count('ups'),
      onDown: count('downs'),
      onError: (error) => this.#note('refusals', String(error)),
      onDead: async (dead) => {
        for (const { runId, owner } of await records.unended(dead)) {
          const events = await store.seal(runId, dead)
          await records.end({ runId, owner, events, terminal: INTERRUPTED })
        }
        this.#note('dead', dead)
      },
    })
    this.store = store
    this.runs = new Runs({
      frameMs: FRAME_MS,
      windowChars: 1_000_000,
      graceMs: 10_000,
      leaseMs: 60_000,
      runMaxMs: 3_600_000,
      records,
      live: store,
      clock,
      onEnd: (summary) => this.#note('ended', summary),
      onError: (error) => this.#note('refusals', `run: ${String(error)}`),
    })
  }

  get state(): InstanceState {
    const { calls, spoken } = this.words
    return { ...this.#state, calls, spoken, readers: this.runs.readers }
  }

  /** Starts a run, which goes on without readers unless it is told otherwise. */
  async start(runId: string, onDisconnect: 'abort' | 'continue' = 'continue'): Promise<void> {
    const { source } = this.words
    await this.runs.start({ runId, owner: OWNER, model: 'a-model', source, onDisconnect })
  }

  /** Reads a run to its end, or until `signal` aborts; see `state.readings`. */
  async read(runId: string, signal = new AbortController().signal): Promise<void> {
    const { readings } = this.#state
    const at = readings.push({ text: '' }) - 1
    const update = (change: (reading: Reading) => Partial<Reading>) => {
      const reading = readings[at]
      if (reading) readings[at] = { ...reading, ...change(reading) }
      this.#onChange()
    }
    try {
      for await (const { event } of await this.runs.read(OWNER, runId, { after: 0, signal })) {
        if (event.type === 'text') update(({ text }) => ({ text: text + event.text }))
        else if (isTerminal(event)) update(() => ({ end: event }))
      }
    } catch (error) {
      update(() => ({ failure: (error as { code?: string }).code ?? String(error) }))
    }
  }

  finish(): void {
    this.words.finish()
  }

  async stop(runId: string): Promise<void> {
    await this.runs.stop(OWNER, runId)
  }

  async close(): Promise<void> {
    await this.runs.close()
    await this.store.close()
  }

  #note<K extends 'dead' | 'refusals' | 'ended'>(list: K, item: (typeof this.state)[K][number]): void {
    ;(this.#state[list] as unknown[]).push(item)
    this.#onChange()
  }
}
