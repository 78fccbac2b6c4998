import { ErrorReply } from '@redis/client'
import { RunsError } from '@sluice/runs'
import { Link, type LinkOptions } from './link.ts'

export interface ConnectionOptions extends Omit<LinkOptions, 'onLost'> {
  readonly channels: readonly string[]
  readonly onMessage: (text: string) => void
  /** Called when it is connected, at first and again. */
  readonly onUp: () => void
  /** Called when the connection is lost, and once for every series of failed attempts to connect. */
  readonly onDown: (error: unknown) => void
}

interface Links {
  readonly commands: Link
  readonly subscriber: Link
}

/** The first and the longest wait between two attempts to connect, in ms. */
const RECONNECT_MS = { first: 100, longest: 2000 }

/**
 * Two links to Redis: one for commands, and one for the subscription. They are made together, and made again together
 * when one of them is lost, so that there is one state: up or down.
 */
export class Connection {
  readonly #options: ConnectionOptions
  /** Those that are up or being made; undefined between two attempts, and when it is closed. */
  #links: Links | undefined
  #isUp = false
  #attempts = 0
  #cancelRetry: (() => void) | undefined
  #answers = 0
  #messages = 0

  /** @throws for a URL that is not one of Redis. */
  constructor(options: ConnectionOptions) {
    this.#options = options
    this.#connect()
  }

  get isUp(): boolean {
    return this.#isUp
  }

  /** @throws {RunsError} `unavailable` when the connection is down or lost; `ErrorReply` for what Redis refuses. */
  readonly send = async (...args: readonly string[]): Promise<unknown> => {
    const links = this.#links
    if (!this.#isUp || !links) throw away()
    try {
      return await links.commands.send(args)
    } catch (error) {
      if (!(error instanceof ErrorReply)) throw away(error)
      if (!error.message.startsWith('READONLY')) throw error
      // After a failover this is a replica, to which the name in the URL does not lead any more.
      this.#lose(links, error)
      throw away(error)
    } finally {
      this.#answers += 1
    }
  }

  /**
   * Resolves when all commands so far have been answered, and all that was published until then has been heard. A link
   * that does not answer is lost.
   *
   * @returns the number of answers and messages so far.
   * @throws {RunsError} `unavailable`.
   */
  async roundTrip(): Promise<number> {
    const links = this.#links
    if (!this.#isUp || !links) throw away()
    try {
      await links.commands.ping()
      // Redis has answered, so it has published.
      await links.subscriber.ping()
      return this.#answers + this.#messages
    } catch (error) {
      throw away(error)
    }
  }

  close(): void {
    this.#cancelRetry?.()
    this.#drop()
  }

  #connect(): void {
    const { url, clock } = this.#options
    const onLost = (error: unknown) => this.#lose(links, error)
    const links = {
      commands: new Link({ url, clock, onLost }),
      subscriber: new Link({ url, clock, onLost }),
    }
    this.#links = links
    this.#open(links).catch(onLost)
  }

  async #open(links: Links): Promise<void> {
    const { channels, onMessage, onUp } = this.#options
    await Promise.all([links.commands.connect(), links.subscriber.connect()])
    await links.subscriber.subscribe(channels, (text) => {
      this.#messages += 1
      onMessage(text)
    })
    if (this.#links !== links) return
    this.#isUp = true
    this.#attempts = 0
    onUp()
  }

  #lose(links: Links, error: unknown): void {
    if (this.#links !== links) return
    const isNews = this.#isUp || this.#attempts === 0
    this.#drop()
    const { first, longest } = RECONNECT_MS
    const ms = Math.min(longest, first * 2 ** this.#attempts++)
    // Not all processes at once.
    this.#cancelRetry = this.#options.clock.after(ms * (0.5 + Math.random() / 2), () => this.#connect())
    if (isNews) this.#options.onDown(error)
  }

  #drop(): void {
    const links = this.#links
    this.#links = undefined
    this.#isUp = false
    links?.commands.close()
    links?.subscriber.close()
  }
}

export function away(cause?: unknown): RunsError {
  return new RunsError('unavailable', 'The live store cannot be reached; try again in a moment.', { cause })
}
