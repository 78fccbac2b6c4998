import { createClient } from '@redis/client'
import type { Clock } from '@sluice/runs'

export interface LinkOptions {
  /** `redis://` or `rediss://`. */
  readonly url: string
  readonly clock: Clock
  /** Called when it breaks, or Redis does not answer in time. It may be called again. */
  readonly onLost: (error: unknown) => void
}

/** What this file uses of the client, whose full type is slow to check. */
interface Client {
  connect(): Promise<unknown>
  destroy(): void
  sendCommand(args: readonly string[]): Promise<unknown>
  subscribe(channels: string[], listener: (text: string) => void): Promise<void>
  ping(): Promise<unknown>
  on(event: 'error', listener: (error: unknown) => void): unknown
}

/** How long a command may be unanswered, in ms. A frozen Redis, or a network that is gone, closes no socket. */
const DEADLINE_MS = 3000

/** By default the client sets a timer for each command, which costs several times what the command does. */
const NO_TIMEOUT: { timeout?: number } = Object.fromEntries([['timeout', undefined]])

/** One connection to Redis, which is not made again once it is lost. All its promises settle then. */
export class Link {
  readonly #client: Client
  readonly #clock: Clock
  readonly #onLost: (error: unknown) => void
  #unanswered = 0
  /** The number of answers so far, by which the deadline sees that Redis lives. */
  #answers = 0
  #cancelDeadline: (() => void) | undefined
  #isClosed = false

  /** @throws for a URL that is not one of Redis. */
  constructor({ url, clock, onLost }: LinkOptions) {
    this.#clock = clock
    this.#onLost = onLost
    this.#client = createClient({
      url,
      socket: { reconnectStrategy: false, connectTimeout: DEADLINE_MS },
      disableOfflineQueue: true,
      maintNotifications: 'disabled',
      commandOptions: NO_TIMEOUT,
    })
    this.#client.on('error', onLost)
  }

  async connect(): Promise<void> {
    await this.#answer(this.#client.connect())
    // The client connects even if it was destroyed meanwhile.
    if (this.#isClosed) this.#client.destroy()
  }

  async subscribe(channels: readonly string[], onMessage: (text: string) => void): Promise<void> {
    await this.#answer(this.#client.subscribe([...channels], onMessage))
  }

  send(args: readonly string[]): Promise<unknown> {
    return this.#answer(this.#client.sendCommand(args))
  }

  async ping(): Promise<void> {
    await this.#answer(this.#client.ping())
  }

  close(): void {
    this.#isClosed = true
    this.#cancelDeadline?.()
    this.#client.destroy()
  }

  async #answer<T>(answer: Promise<T>): Promise<T> {
    this.#unanswered += 1
    this.#watchDeadline()
    try {
      return await answer
    } finally {
      this.#unanswered -= 1
      this.#answers += 1
    }
  }

  /** One timer for all commands: it gives up when none was answered for as long as the deadline. */
  #watchDeadline(): void {
    if (this.#cancelDeadline || this.#isClosed) return
    const answers = this.#answers
    const check = () => {
      this.#cancelDeadline = undefined
      if (this.#unanswered === 0) return
      if (this.#answers === answers) this.#onLost(new Error(`Redis did not answer within ${DEADLINE_MS} ms.`))
      else this.#watchDeadline()
    }
    // If this process was busy, answers may be waiting: it reads them before the check.
    this.#cancelDeadline = this.#clock.after(DEADLINE_MS, () => setImmediate(check))
  }
}
