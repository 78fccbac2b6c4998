import { mergeEvents, type RunEvent } from '@sluice/events'
import {
  type Clock,
  type CopiedRun,
  type LiveStore,
  type Message,
  RunsError,
  type SharedRun,
  systemClock,
  within,
} from '@sluice/runs'
import { Beats } from './beats.ts'
import { away, Connection } from './connection.ts'
import { Copies } from './copies.ts'
import { channels, keys } from './keys.ts'
import { Outbox, type Parcel, parseParcel, type StoreMessage } from './messages.ts'
import { readLog } from './read-log.ts'
import { noteStop, seal } from './scripts.ts'
import { SharedRuns } from './shared-runs.ts'

export interface RedisLiveStoreOptions {
  /** `redis://` or `rediss://`. */
  readonly url: string
  /** Names this process. The records name it in its runs, too. */
  readonly instance: string
  /** The time limit of a run, in ms. Redis keeps it for a little longer. */
  readonly runMaxMs: number
  /** Ends the runs of an instance that has died, with what `seal` returns. It is called again if it rejects. */
  readonly onDead: (instance: string) => Promise<void>
  readonly onUp?: (() => void) | undefined
  /** Called when the connection is lost, and when it cannot be made at first. It is tried again until it is closed. */
  readonly onDown?: ((error: unknown) => void) | undefined
  /** Called with what Redis refuses, such as appends when it is full, and with what `onDead` throws. */
  readonly onError?: ((error: unknown) => void) | undefined
  /** Default: the system's clock. */
  readonly clock?: Clock | undefined
}

/** How often this instance says that it is alive, and that its readers hold the runs of others, in ms. */
const BEAT_MS = 2000
/** How long an ended run stays in Redis, for copies that have not read its end, in ms. */
const ENDED_MS = 60_000
/** How much longer than its time limit a run may take to end, in ms. */
const MARGIN_MS = 60_000
/** How long closing waits for Redis, in ms. */
const CLOSE_MS = 1000

/** The live store on Redis: see index.ts. */
export class RedisLiveStore implements LiveStore {
  readonly #options: RedisLiveStoreOptions
  readonly #clock: Clock
  readonly #connection: Connection
  readonly #beats: Beats
  readonly #outbox: Outbox
  readonly #shared: SharedRuns
  readonly #copies: Copies
  /** Undefined before the first beat. */
  #cancelBeat: (() => void) | undefined
  #isClosed = false
  #upSince = 0
  #hear: (message: Message) => void = () => {}

  constructor(options: RedisLiveStoreOptions) {
    const { url, instance, runMaxMs, clock = systemClock, onDead } = options
    this.#options = options
    this.#clock = clock
    this.#connection = new Connection({
      url,
      clock,
      channels: [channels.all, channels.to(instance)],
      onMessage: (text) => this.#receive(text),
      onUp: () => this.#onUp(),
      onDown: (error) => this.#onDown(error),
    })
    this.#outbox = new Outbox(instance, (channel, parcel) => {
      this.#publish(channel, parcel).catch((error: unknown) => this.#report(error))
    })
    const parts = {
      instance,
      connection: this.#connection,
      outbox: this.#outbox,
      clock,
      onError: (error: unknown) => this.#report(error),
    }
    this.#shared = new SharedRuns({
      ...parts,
      ttlMs: { live: runMaxMs + MARGIN_MS, ended: ENDED_MS },
      hear: (message) => this.#hear(message),
    })
    this.#copies = new Copies({ ...parts, onWriter: (writer) => this.#beats.expect(writer) })
    this.#beats = new Beats({
      ...parts,
      onDead: async (dead) => {
        await onDead(dead)
        this.#copies.finish(dead)
      },
    })
  }

  /** Whether Redis can be reached, as far as is known. */
  get isUp(): boolean {
    return this.#connection.isUp
  }

  /** The other instances that are alive, as far as Redis has answered the last beat. */
  get others(): readonly string[] {
    return this.isUp ? this.#beats.alive : []
  }

  /** Sends a command of the caller's own. @throws {RunsError} `unavailable`; the client's error for what Redis refuses. */
  async send(...args: readonly string[]): Promise<unknown> {
    return this.#connection.send(...args)
  }

  listen(hear: (message: Message) => void): void {
    this.#hear = hear
  }

  async ready(): Promise<void> {
    await this.#connection.send('PING').catch((error: unknown) => {
      throw error instanceof RunsError ? error : away(error)
    })
  }

  share(run: SharedRun): void {
    this.#shared.add(run)
  }

  copy(run: CopiedRun): AsyncGenerator<readonly RunEvent[]> {
    return this.#copies.read(run)
  }

  async ownerOf(runId: string): Promise<string | undefined> {
    try {
      const owner = await this.#connection.send('HGET', keys.run(runId), 'owner')
      return typeof owner === 'string' ? owner : undefined
    } catch (error) {
      this.#report(error)
      return undefined
    }
  }

  tell(message: Message): void {
    if (this.isUp) this.#outbox.add(channels.all, message)
  }

  async stop(runId: string): Promise<void> {
    // Noted as well, for a process that does not hear it.
    const noted = noteStop(this.#connection.send, runId).catch((error: unknown) => this.#report(error))
    const { instance } = this.#options
    const told = this.#publish(channels.all, { from: instance, messages: [{ type: 'stop', runId }] })
    await told.catch((error: unknown) => {
      throw error instanceof RunsError ? error : away(error)
    })
    await noted
  }

  /**
   * Takes a run away from an instance that is dead: if it goes on after all, it cannot append any more.
   *
   * @returns what Redis has of the run.
   * @throws {RunsError} `unavailable`.
   */
  async seal(runId: string, dead: string): Promise<RunEvent[]> {
    await seal(this.#connection.send, { runId, dead, ttlMs: this.#options.runMaxMs + MARGIN_MS })
    return mergeEvents(await readLog(this.#connection, runId, 0))
  }

  /** What Redis does when it is full: it has to be `noeviction`. @throws {RunsError} `unavailable`. */
  async evictionPolicy(): Promise<string | undefined> {
    const info = await this.#connection.send('INFO', 'memory')
    return /^maxmemory_policy:(\S+)/m.exec(String(info))?.[1]
  }

  /** See {@link Connection.roundTrip}. For tests. */
  roundTrip(): Promise<number> {
    return this.#connection.roundTrip()
  }

  /** To be called when the runs have ended. Waits a short time for Redis to have their ends. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancelBeat?.()
    const left = this.#shared.drain().then(() => this.#beats.leave())
    await within(
      CLOSE_MS,
      left.catch(() => {}),
      this.#clock,
    )
    this.#shared.close()
    this.#connection.close()
  }

  #onUp(): void {
    this.#upSince = this.#clock.now()
    void this.#shared.sendAll()
    if (!this.#cancelBeat) void this.#beat()
    this.#options.onUp?.()
  }

  #onDown(error: unknown): void {
    this.#copies.finish()
    this.#options.onDown?.(error)
  }

  async #beat(): Promise<void> {
    this.#copies.beat()
    this.#shared.beat(this.#upSince)
    // A subscription that hears nothing cannot tell whether it is broken.
    const answers = Promise.all([this.#beats.beat(), this.#connection.roundTrip()])
    await answers.catch((error: unknown) => this.#report(error))
    if (!this.#isClosed) this.#cancelBeat = this.#clock.after(BEAT_MS, () => void this.#beat())
  }

  #receive(text: string): void {
    let parcel: Parcel
    try {
      parcel = parseParcel(text)
    } catch (error) {
      return this.#report(error)
    }
    if (parcel.from === this.#options.instance) return
    for (const message of parcel.messages) this.#take(parcel.from, message)
  }

  #take(from: string, message: StoreMessage): void {
    if (message.type === 'hold') this.#shared.hold(from, message)
    else if (message.type === 'grown') this.#copies.grown(message)
    else this.#hear(message)
  }

  /** That Redis is away has been reported by `onDown`. */
  #report(error: unknown): void {
    if (!(error instanceof RunsError)) this.#options.onError?.(error)
  }

  async #publish(channel: string, parcel: Parcel): Promise<void> {
    await this.#connection.send('PUBLISH', channel, JSON.stringify(parcel))
  }
}
