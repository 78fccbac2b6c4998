import { createClient } from '@redis/client'
import { type Clock, RunsError } from '@sluice/runs'

export interface ConnectionOptions {
  /** `redis://` or `rediss://`. */
  readonly url: string
  readonly clock: Clock
  readonly channels: readonly string[]
  readonly onMessage: (text: string) => void
  /** Called when it is connected, at first and again. */
  readonly onUp: () => void
  /** Called when the connection is lost, and once for every series of failed attempts to connect. */
  readonly onDown: (error: unknown) => void
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

/** How long a command may be unanswered, in ms, before the connection is given up. A frozen Redis closes no socket. */
const DEADLINE_MS = 3000
/** The first and the longest wait between two attempts to connect, in ms. */
const RECONNECT_MS = { first: 100, longest: 2000 }

/** By default the client sets a timer for each command, which costs several times what the command does. */
const NO_TIMEOUT: { timeout?: number } = Object.fromEntries([['timeout', undefined]])

/**
 * Two connections to Redis: one for commands, and one for the subscription. They are made together, and made again
 * together when one of them breaks or a command is not answered in time, so that there is one state: up or down.
 */
export class Connection {
  readonly #options: ConnectionOptions
  #clients: { readonly commands: Client; readonly subscriber: Client } | undefined
  #unanswered = 0
  #attempts = 0
  #cancelRetry: (() => void) | undefined
  #cancelDeadline: (() => void) | undefined
  /** The number of answers so far, by which the deadline sees that Redis lives. */
  #answers = 0
  #messages = 0
  #closed = false

  constructor(options: ConnectionOptions) {
    this.#options = options
    void this.#connect()
  }

  get isUp(): boolean {
    return this.#clients !== undefined
  }

  /** @throws {RunsError} `unavailable` when the connection is down or lost; the client's error for what Redis refuses. */
  readonly send = async (...args: readonly string[]): Promise<unknown> => {
    const clients = this.#clients
    if (clients === undefined) throw away()
    this.#unanswered += 1
    this.#watchDeadline()
    try {
      return await clients.commands.sendCommand(args)
    } catch (error) {
      throw this.#clients === clients ? error : away(error)
    } finally {
      this.#unanswered -= 1
      this.#answers += 1
    }
  }

  /**
   * Resolves when all commands so far have been answered, and all that was published until then has been heard.
   *
   * @returns the number of answers and messages so far.
   */
  async settled(): Promise<number> {
    await this.#clients?.commands.ping()
    await this.#clients?.subscriber.ping()
    return this.#answers + this.#messages
  }

  close(): void {
    this.#closed = true
    this.#cancelRetry?.()
    this.#destroy()
  }

  async #connect(): Promise<void> {
    const { url, channels, onMessage, onUp } = this.#options
    const create = (): Client =>
      createClient({
        url,
        // Reconnecting is done here, for both.
        socket: { reconnectStrategy: false, connectTimeout: DEADLINE_MS },
        disableOfflineQueue: true,
        maintNotifications: 'disabled',
        commandOptions: NO_TIMEOUT,
      })
    const clients = { commands: create(), subscriber: create() }
    const all = Object.values(clients)
    const fail = (error: unknown) => {
      if (this.#closed || broken) return
      broken = true
      this.#fail(error, all)
    }
    let broken = false
    for (const client of all) client.on('error', fail)
    try {
      await Promise.all(all.map((client) => client.connect()))
      await clients.subscriber.subscribe([...channels], (text) => {
        this.#messages += 1
        onMessage(text)
      })
    } catch (error) {
      return fail(error)
    }
    if (this.#closed) for (const client of all) destroy(client)
    if (this.#closed || broken) return
    this.#clients = clients
    this.#attempts = 0
    onUp()
  }

  #fail(error: unknown, clients: readonly Client[]): void {
    for (const client of clients) destroy(client)
    if (this.#clients !== undefined || this.#attempts === 0) {
      this.#destroy()
      this.#options.onDown(error)
    }
    const { first, longest } = RECONNECT_MS
    const ms = Math.min(longest, first * 2 ** this.#attempts++)
    // Not all processes at once.
    this.#cancelRetry = this.#options.clock.after(ms * (0.5 + Math.random() / 2), () => void this.#connect())
  }

  #destroy(): void {
    const clients = this.#clients
    this.#clients = undefined
    this.#cancelDeadline?.()
    this.#cancelDeadline = undefined
    for (const client of Object.values(clients ?? {})) destroy(client)
  }

  /** One timer for all commands: it gives up when none was answered for as long as the deadline. */
  #watchDeadline(): void {
    if (this.#cancelDeadline) return
    const { answers, clients } = { answers: this.#answers, clients: this.#clients }
    this.#cancelDeadline = this.#options.clock.after(DEADLINE_MS, () => {
      this.#cancelDeadline = undefined
      if (this.#unanswered === 0 || clients === undefined) return
      if (this.#answers === answers)
        this.#fail(new Error(`Redis did not answer within ${DEADLINE_MS} ms.`), Object.values(clients))
      else this.#watchDeadline()
    })
  }
}

function destroy(client: Client): void {
  try {
    client.destroy()
  } catch {
    // It was never connected, or is closed already.
  }
}

function away(cause?: unknown): RunsError {
  return new RunsError('unavailable', 'The live store cannot be reached; try again in a moment.', { cause })
}
