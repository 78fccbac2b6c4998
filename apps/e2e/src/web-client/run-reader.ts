import type { IncomingHttpHeaders } from 'node:http'
import { advance, isTerminal, parsePosition, parseRunEvent, type TerminalEvent } from '@sluice/events'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import type { WebExchange } from './web-client.ts'

/** One SSE message, and the number of the read from the connection that completed it. */
interface Arrival {
  readonly name: string
  readonly read: number
}

/**
 * Reads a run in the background and records its messages in order. Checks that every id is the position that follows
 * from the events before it.
 */
export class RunReader {
  readonly arrivals: Arrival[] = []
  status: number | undefined
  headers: IncomingHttpHeaders = {}
  text = ''
  /** The position after the last event. */
  position: number
  terminal: TerminalEvent | undefined
  /** The error code that the server sent instead of events. */
  refusal: string | undefined
  /** The position at which text was lost, repeated or moved; undefined if none was. */
  gapAt: number | undefined
  ended = false
  /** The error of the connection, if it failed. */
  failure: Error | undefined

  readonly #exchange: WebExchange
  readonly #waiters = new Set<() => void>()
  #reads = 0

  constructor(exchange: WebExchange, { after }: { after: number }) {
    this.#exchange = exchange
    this.position = after
    void this.#readAll()
  }

  count(...names: string[]): number {
    return this.arrivals.filter(({ name }) => names.includes(name)).length
  }

  /** Resolves to true as soon as the condition holds, and to false after `ms` or when the stream ends. */
  until(isTrue: (reader: this) => boolean, ms = 30_000): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (answer: boolean) => {
        clearTimeout(timer)
        this.#waiters.delete(check)
        resolve(answer)
      }
      const check = () => {
        if (isTrue(this)) settle(true)
        else if (this.ended) settle(false)
      }
      const timer = setTimeout(() => settle(false), ms)
      this.#waiters.add(check)
      check()
    })
  }

  drop(): void {
    this.#exchange.drop()
  }

  async #readAll(): Promise<void> {
    const parser = createParser({ onEvent: (message) => this.#receive(message) })
    try {
      const { status, headers, body } = await this.#exchange.response
      this.status = status
      this.headers = headers
      this.#changed()
      for await (const chunk of body.setEncoding('utf8') as AsyncIterable<string>) {
        this.#reads++
        parser.feed(chunk)
        this.#changed()
      }
    } catch (error) {
      this.failure = error as Error
    }
    this.ended = true
    this.#changed()
  }

  #receive({ id, event: name, data }: EventSourceMessage): void {
    if (name === 'serialized-error') {
      this.refusal = (JSON.parse(data) as { data: { code: string } }).data.code
    }
    if (name !== undefined || id === undefined) {
      this.arrivals.push({ name: name ?? 'message', read: this.#reads })
      return
    }
    const event = parseRunEvent(JSON.parse(data))
    this.arrivals.push({ name: event.type, read: this.#reads })
    if (advance(this.position, event) !== parsePosition(id)) this.gapAt ??= this.position
    this.position = parsePosition(id) ?? this.position
    if (event.type === 'text') this.text += event.text
    if (isTerminal(event)) this.terminal = event
  }

  #changed(): void {
    for (const check of this.#waiters) check()
  }
}
