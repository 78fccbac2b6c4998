import type { Clock, Message, SharedRun } from '@sluice/runs'
import type { Connection } from './connection.ts'
import { Holders } from './holders.ts'
import { channels } from './keys.ts'
import type { Hold, Outbox } from './messages.ts'
import { SharedLog, type SharedLogOptions } from './shared-log.ts'

export interface SharedRunsOptions extends Pick<SharedLogOptions, 'instance' | 'ttlMs'> {
  readonly connection: Connection
  readonly outbox: Outbox
  readonly clock: Clock
  /** Called with `stop` and `ended` for a run of this instance. */
  readonly hear: (message: Message) => void
  readonly onError: (error: unknown) => void
}

/** How long after an append it is sent to Redis at the latest, if no other instance reads the run, in ms. */
const WRITE_BEHIND_MS = 250

interface Shared {
  readonly run: SharedRun
  readonly log: SharedLog
  readonly holders: Holders
  /** Redis was asked about it since the last beat. */
  wasSent: boolean
}

/** The runs that this instance writes, until Redis has their ends. */
export class SharedRuns {
  readonly #options: SharedRunsOptions
  readonly #runs = new Map<string, Shared>()
  /** What the next tick of the write-behind sends. */
  readonly #waiting = new Set<Shared>()
  #cancelTick: (() => void) | undefined
  #isClosed = false

  constructor(options: SharedRunsOptions) {
    this.#options = options
  }

  add(run: SharedRun): void {
    const { runId } = run
    const { clock, hear } = this.#options
    const shared: Shared = {
      run,
      log: new SharedLog({
        ...this.#options,
        run,
        onGrowth: () => this.#onGrowth(shared),
        onStop: () => hear({ type: 'stop', runId }),
        onFenced: () => hear({ type: 'ended', runId }),
      }),
      holders: new Holders(run.lease, clock),
      wasSent: false,
    }
    this.#runs.set(runId, shared)
    // At once, so that other instances find it.
    void this.#send(shared)
  }

  /** Another instance says which readers it has. */
  hold(from: string, hold: Hold): void {
    const { runId } = hold
    const shared = this.#runs.get(runId)
    const isNew = shared?.holders.instances.includes(from) === false
    shared?.holders.hear(from, hold)
    // It may have missed what was said before.
    if (shared === undefined || shared.log.end > hold.position)
      this.#options.outbox.add(channels.to(from), { type: 'grown', runId, over: shared === undefined })
    if (shared && isNew) void this.#send(shared)
  }

  /** Sends everything that Redis may have lost, or missed. */
  async sendAll(): Promise<void> {
    await Promise.all([...this.#runs.values()].map((shared) => this.#send(shared)))
  }

  /** To be called with every beat. `upSince`: when this instance could hear the others again. */
  beat(upSince: number): void {
    for (const shared of this.#runs.values()) {
      if (this.#options.connection.isUp) shared.holders.dropSilent(upSince)
      // An idle run, too: it may have to stop, or Redis may have lost it.
      if (!shared.wasSent) void this.#send(shared)
      shared.wasSent = false
    }
  }

  /** Sends the rest, and from now on each append at once. */
  async drain(): Promise<void> {
    this.#isClosed = true
    this.#cancelTick?.()
    await this.sendAll()
  }

  close(): void {
    for (const { log } of this.#runs.values()) log.close()
  }

  #onGrowth(shared: Shared): void {
    if (shared.holders.instances.length > 0 || this.#isClosed) {
      void this.#send(shared)
      return
    }
    this.#waiting.add(shared)
    // Common ticks: their appends go to Redis together.
    const { clock } = this.#options
    this.#cancelTick ??= clock.after(WRITE_BEHIND_MS - (clock.now() % WRITE_BEHIND_MS), () => {
      this.#cancelTick = undefined
      for (const one of this.#waiting) void this.#send(one)
      this.#waiting.clear()
    })
  }

  async #send(shared: Shared): Promise<void> {
    const { outbox, onError } = this.#options
    const { run, log, holders } = shared
    shared.wasSent = true
    const isOver = await log.send().then(
      () => log.isOver,
      (error: unknown) => {
        onError(error)
        // The readers elsewhere find the end of the run in the records.
        return run.lease.ended
      },
    )
    for (const instance of holders.instances)
      outbox.add(channels.to(instance), { type: 'grown', runId: run.runId, over: isOver })
    if (!isOver) return
    this.#runs.delete(run.runId)
    log.close()
    holders.close()
  }
}
