import { extent, isTerminal, mergeEvents, type RunEvent } from '@sluice/events'
import {
  type Clock,
  type CopiedRun,
  type LiveStore,
  type Message,
  RunsError,
  type SharedRun,
  Sleeper,
  systemClock,
  within,
} from '@sluice/runs'
import { Beats } from './beats.ts'
import { away, Connection } from './connection.ts'
import { Holders } from './holders.ts'
import { channels, keys } from './keys.ts'
import { type Hold, Outbox, type Parcel, ParcelSchema, type StoreMessage } from './messages.ts'
import { readLog } from './read-log.ts'
import { noteStop, seal } from './scripts.ts'
import { SharedLog } from './shared-log.ts'

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
/** How long after an append it is sent to Redis at the latest, if no other instance reads the run, in ms. */
const WRITE_BEHIND_MS = 250
/** How long an ended run stays in Redis, for copies that have not read its end, in ms. */
const ENDED_MS = 60_000
/** How much longer than its time limit a run may take to end, in ms. */
const MARGIN_MS = 60_000
/** How long closing waits for Redis, in ms. */
const CLOSE_MS = 1000

/** A run that this instance writes. */
interface Shared {
  readonly run: SharedRun
  readonly log: SharedLog
  readonly holders: Holders
  /** Redis was asked about it since the last beat. */
  wasSent: boolean
}

/** A run that another instance writes, and that has or had readers here. */
interface Copy extends Pick<CopiedRun, 'runId' | 'lease'> {
  readonly sleeper: Sleeper
  position: number
  /** The instance that writes it, once that is known. */
  writer: string | undefined
  /** Nothing follows what is in Redis now. */
  isOver: boolean
}

/** The live store on Redis: see index.ts. */
export class RedisLiveStore implements LiveStore {
  readonly #options: RedisLiveStoreOptions
  readonly #clock: Clock
  readonly #connection: Connection
  readonly #beats: Beats
  readonly #outbox: Outbox
  readonly #shared = new Map<string, Shared>()
  readonly #copies = new Map<string, Copy>()
  /** What the next tick of the write-behind sends. */
  readonly #waiting = new Set<Shared>()
  #cancelTick: (() => void) | undefined
  /** Undefined before the first beat. */
  #cancelBeat: (() => void) | undefined
  #isClosed = false
  #upSince = 0
  #hear: (message: Message) => void = () => {}

  constructor(options: RedisLiveStoreOptions) {
    const { url, instance, clock = systemClock, onDead } = options
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
    this.#beats = new Beats({
      instance,
      connection: this.#connection,
      onDead: async (dead) => {
        await onDead(dead)
        for (const copy of this.#copies.values()) if (copy.writer === dead) finish(copy)
      },
      onError: (error) => this.#report(error),
    })
  }

  /** Whether Redis can be reached, as far as is known. */
  get isUp(): boolean {
    return this.#connection.isUp
  }

  /** The other instances that are alive, as far as Redis has said since it can be reached. */
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
    const { runId } = run
    const { instance, runMaxMs } = this.#options
    const shared: Shared = {
      run,
      log: new SharedLog({
        run,
        instance,
        connection: this.#connection,
        ttlMs: { live: runMaxMs + MARGIN_MS, ended: ENDED_MS },
        onGrowth: () => this.#onGrowth(shared),
        onStop: () => this.#hear({ type: 'stop', runId }),
        onFenced: () => this.#hear({ type: 'ended', runId }),
      }),
      holders: new Holders(run.lease, this.#clock),
      wasSent: false,
    }
    this.#shared.set(runId, shared)
    // At once, so that other instances find it.
    void this.#send(shared)
  }

  async *copy({ runId, after, lease, signal }: CopiedRun): AsyncGenerator<readonly RunEvent[]> {
    const sleeper = new Sleeper()
    const copy: Copy = { runId, lease, sleeper, position: after, writer: undefined, isOver: false }
    const unwatch = lease.watch(() => this.#hold(copy))
    signal.addEventListener('abort', sleeper.wake, { once: true })
    this.#copies.set(runId, copy)
    try {
      const writer = await this.#connection.send('HGET', keys.run(runId), 'instance')
      if (typeof writer !== 'string' || writer === '') return
      copy.writer = writer
      this.#beats.expect(writer)
      this.#hold(copy)
      while (!signal.aborted) {
        const wasOver = copy.isOver
        const events = await readLog(this.#connection, runId, copy.position)
        copy.position += events.reduce((sum, event) => sum + extent(event), 0)
        if (events.length > 0) yield events
        if (wasOver || events.some(isTerminal)) return
        await sleeper.sleep()
      }
    } catch (error) {
      this.#report(error)
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
    // Noted as well, for a process that does not hear it. Redis refuses the note, but not the message, when it is full.
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
    this.#cancelTick?.()
    const unsent = [...this.#shared.values()].map((shared) => this.#send(shared))
    const left = Promise.all(unsent).then(() => this.#beats.leave())
    await within(
      CLOSE_MS,
      left.catch(() => {}),
      this.#clock,
    )
    for (const { log } of this.#shared.values()) log.close()
    this.#connection.close()
  }

  #onUp(): void {
    this.#upSince = this.#clock.now()
    for (const shared of this.#shared.values()) void this.#send(shared)
    if (!this.#cancelBeat) void this.#beat()
    this.#options.onUp?.()
  }

  #onDown(error: unknown): void {
    for (const copy of this.#copies.values()) finish(copy)
    this.#options.onDown?.(error)
  }

  async #beat(): Promise<void> {
    for (const copy of this.#copies.values()) this.#hold(copy)
    for (const shared of this.#shared.values()) {
      if (this.isUp) shared.holders.dropSilent(this.#upSince)
      // An idle run, too: it may have to stop, or Redis may have lost it.
      if (!shared.wasSent) void this.#send(shared)
      shared.wasSent = false
    }
    // A subscription that hears nothing cannot tell whether it is broken.
    const answers = Promise.all([this.#beats.beat(), this.#connection.roundTrip()])
    await answers.catch((error: unknown) => this.#report(error))
    if (!this.#isClosed) this.#cancelBeat = this.#clock.after(BEAT_MS, () => void this.#beat())
  }

  #onGrowth(shared: Shared): void {
    if (shared.holders.instances.length > 0 || this.#isClosed) {
      void this.#send(shared)
      return
    }
    this.#waiting.add(shared)
    // Common ticks: their appends go to Redis together.
    const now = this.#clock.now()
    this.#cancelTick ??= this.#clock.after(WRITE_BEHIND_MS - (now % WRITE_BEHIND_MS), () => {
      this.#cancelTick = undefined
      for (const one of this.#waiting) void this.#send(one)
      this.#waiting.clear()
    })
  }

  async #send(shared: Shared): Promise<void> {
    const { run, log, holders } = shared
    shared.wasSent = true
    const isOver = await log.send().then(
      () => log.isOver,
      (error: unknown) => {
        this.#report(error)
        // The readers elsewhere find the end of the run in the records.
        return run.lease.ended
      },
    )
    for (const instance of holders.instances)
      this.#outbox.add(channels.to(instance), { type: 'grown', runId: run.runId, over: isOver })
    if (!isOver) return
    this.#shared.delete(run.runId)
    log.close()
    holders.close()
  }

  #hold({ runId, lease, position, writer }: Copy, readers = lease.readers): void {
    if (writer === undefined || !this.isUp) return
    const { furthest } = lease
    this.#outbox.add(channels.to(writer), { type: 'hold', runId, readers, furthest, position })
  }

  #receive(text: string): void {
    let parcel: Parcel
    try {
      parcel = ParcelSchema.parse(JSON.parse(text))
    } catch (error) {
      return this.#report(error)
    }
    if (parcel.from === this.#options.instance) return
    for (const message of parcel.messages) this.#take(parcel.from, message)
  }

  #take(from: string, message: StoreMessage): void {
    if (message.type === 'hold') return this.#onHold(from, message)
    if (message.type !== 'grown') return this.#hear(message)
    const copy = this.#copies.get(message.runId)
    if (copy && message.over) finish(copy)
    else copy?.sleeper.wake()
  }

  #onHold(from: string, hold: Hold): void {
    const { runId } = hold
    const shared = this.#shared.get(runId)
    const isNew = shared?.holders.instances.includes(from) === false
    shared?.holders.hear(from, hold)
    // It may have missed what was said before.
    if (shared === undefined || shared.log.end > hold.position)
      this.#outbox.add(channels.to(from), { type: 'grown', runId, over: shared === undefined })
    if (shared && isNew) void this.#send(shared)
  }

  /** That Redis is away has been reported by `onDown`. */
  #report(error: unknown): void {
    if (!(error instanceof RunsError)) this.#options.onError?.(error)
  }

  async #publish(channel: string, parcel: Parcel): Promise<void> {
    await this.#connection.send('PUBLISH', channel, JSON.stringify(parcel))
  }
}

function finish(copy: Copy): void {
  copy.isOver = true
  copy.sleeper.wake()
}
