import http from 'node:http'
import { createParser, type EventSourceMessage } from 'eventsource-parser'

/** One SSE message as it arrived. `id` is the position; `data` is parsed JSON. */
export interface WireMessage {
  readonly id: string | undefined
  /** The SSE event name: undefined for a run's events; tRPC uses `connected`, `ping`, `serialized-error`, `return`. */
  readonly name: string | undefined
  readonly data: unknown
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Parsed JSON. */
  readonly body: any
}

export interface EventsRequest {
  readonly runId: string
  readonly readerId?: string
  /** Sent inside the input, as tRPC does when it subscribes again. */
  readonly lastEventId?: string
  /** Sent as the header, as EventSource does when it reconnects. */
  readonly header?: string
}

export interface EventsConnection extends AsyncIterable<WireMessage> {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  /** Bytes of body received so far. */
  bytes(): number
  /** Cuts the TCP connection, as a dropped network does. */
  destroy(): void
  /** Stops reading from the socket, as a frozen tab does; the connection stays open. */
  freeze(): void
}

/**
 * Speaks the protocol as a browser does: one cookie jar, JSON calls, SSE over real sockets. Shows exactly what is on
 * the wire.
 */
export class WireClient {
  readonly #url: string
  readonly #headers: Record<string, string>
  /** `name=value` by name. */
  readonly #cookies = new Map<string, string>()

  constructor(
    url: string,
    options: { cookie?: string | undefined; headers?: Record<string, string> | undefined } = {},
  ) {
    this.#url = url
    this.#keepCookies(options.cookie?.split('; ') ?? [])
    this.#headers = options.headers ?? {}
  }

  get cookie(): string | undefined {
    return [...this.#cookies.values()].join('; ') || undefined
  }

  /** A mutation. Resolves with the HTTP status and the parsed body, also for an error. */
  async call(path: string, input: unknown): Promise<Answer> {
    return this.post(path, JSON.stringify(input))
  }

  /** As `call`, with a body that need not be JSON. */
  async post(path: string, body: string): Promise<Answer> {
    return this.#post(`/trpc/${path}`, body)
  }

  /** Posts to a route of accounts, e.g. `sign-in/email`. */
  async auth(path: string, body: object = {}): Promise<Answer> {
    return this.#post(`/api/auth/${path}`, JSON.stringify(body))
  }

  async #post(path: string, body: string): Promise<Answer> {
    const response = await fetch(this.#url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.#sent() },
      body,
    })
    this.#keepCookies(response.headers.getSetCookie())
    return { status: response.status, headers: response.headers, body: await response.json() }
  }

  async query(path: string, input?: unknown): Promise<Answer> {
    const query = input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`
    const response = await fetch(`${this.#url}/trpc/${path}${query}`, {
      headers: this.#sent(),
    })
    this.#keepCookies(response.headers.getSetCookie())
    return { status: response.status, headers: response.headers, body: await response.json() }
  }

  /** Posts a file. Its type is what its bytes say. */
  async upload(
    bytes: Uint8Array<ArrayBuffer> | string,
    { name = 'dot.png', headers = {} }: { name?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.#url}/attachments?${new URLSearchParams({ name }).toString()}`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream', ...this.#sent(), ...headers },
      body: bytes,
    })
    this.#keepCookies(response.headers.getSetCookie())
    return { status: response.status, headers: response.headers, body: await response.json() }
  }

  /** Any GET, with this client's session. */
  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    const response = await fetch(`${this.#url}${path}`, {
      headers: { ...this.#sent(), ...headers },
      redirect: 'manual',
    })
    this.#keepCookies(response.headers.getSetCookie())
    return response
  }

  /** Opens `runs.events`. Resolves when the response headers are in. */
  events({ header, ...input }: EventsRequest): Promise<EventsConnection> {
    const url = `${this.#url}/trpc/runs.events?input=${encodeURIComponent(JSON.stringify(input))}`
    return new Promise((resolve, reject) => {
      const request = http.get(url, {
        // A socket of its own, as every EventSource has.
        agent: false,
        headers: {
          accept: 'text/event-stream',
          ...this.#sent(),
          ...(header === undefined ? {} : { 'last-event-id': header }),
        },
      })
      request.on('error', reject)
      request.on('response', (response) => resolve(connectionOf(request, response)))
    })
  }

  #sent(): Record<string, string> {
    const { cookie } = this
    return { ...this.#headers, ...(cookie !== undefined && { cookie }) }
  }

  #keepCookies(cookies: readonly string[]): void {
    for (const cookie of cookies) {
      const [pair = ''] = cookie.split(';', 1)
      const [name = ''] = pair.split('=', 1)
      if (/; *max-age=0(?:;|$)/i.test(cookie)) this.#cookies.delete(name)
      else this.#cookies.set(name, pair)
    }
  }
}

function connectionOf(request: http.ClientRequest, response: http.IncomingMessage): EventsConnection {
  let bytes = 0
  async function* messages(): AsyncGenerator<WireMessage> {
    let batch: EventSourceMessage[] = []
    const parser = createParser({ onEvent: (message) => batch.push(message) })
    try {
      for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
        bytes += Buffer.byteLength(chunk)
        parser.feed(chunk)
        for (const { id, event, data } of batch) {
          yield { id, name: event, data: data === '' ? undefined : (JSON.parse(data) as unknown) }
        }
        batch = []
      }
    } catch (error) {
      // A reset connection counts as the end of the stream.
      if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error
    }
  }
  const iterator = messages()
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    bytes: () => bytes,
    destroy: () => void request.destroy(),
    freeze: () => void response.socket.pause(),
    [Symbol.asyncIterator]: () => iterator,
  }
}
