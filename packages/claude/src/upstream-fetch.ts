import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { addAbortSignal, Readable } from 'node:stream'
import { TLSSocket } from 'node:tls'

/** In bytes. Nothing is read ahead of a pull, except right after the first one. */
const HIGH_WATER_MARK = 0

/** How long an idle connection is kept, in ms, unless the server asks for less. */
const KEEP_ALIVE_MS = 4000

/** Statuses for which `Response` allows no body. */
const BODYLESS: ReadonlySet<number> = new Set([204, 205, 304])

export interface UpstreamFetch {
  readonly fetch: typeof fetch
  /** The body of a successful response of this `fetch`, unread; the response itself has none. */
  readonly bodyOf: (response: Response) => Readable | undefined
}

/**
 * A `fetch` for the SDK whose responses are Node streams, which are cheaper to read than web streams. It supports only
 * what the SDK needs: a string as the body, no redirects, no compression. A response with another status than 200 has
 * its normal body, from which the SDK creates an error.
 */
export function createUpstreamFetch(): UpstreamFetch {
  const http = new HttpAgent({ keepAlive: true, timeout: KEEP_ALIVE_MS })
  const https = new HttpsAgent({ keepAlive: true, timeout: KEEP_ALIVE_MS })
  const bodies = new WeakMap<Response, Readable>()

  async function upstreamFetch(
    input: Parameters<typeof fetch>[0],
    init: RequestInit = {},
  ): Promise<Response> {
    const url = new URL(input instanceof Request ? input.url : input)
    const secure = url.protocol === 'https:'
    const message = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)(
        url,
        {
          method: init.method ?? 'GET',
          headers: Object.fromEntries(new Headers(init.headers)),
          agent: secure ? https : http,
          highWaterMark: HIGH_WATER_MARK,
          ...(init.signal && { signal: init.signal }),
        } as Parameters<typeof httpsRequest>[1],
        resolve,
      )
      request.on('error', reject)
      request.end(init.body)
    })
    const status = message.statusCode ?? 500
    const headers = new Headers()
    for (const [name, value] of Object.entries(message.headers)) headers.set(name, String(value))
    if (status !== 200) return new Response(bodyFor(message, status), { status, headers })
    const response = new Response(null, { status, headers })
    // An aborted request closes its socket later, and buffered data must not be read after an abort.
    if (init.signal) addAbortSignal(init.signal, message)
    readOnDemand(message)
    bodies.set(response, message)
    return response
  }
  return { fetch: upstreamFetch, bodyOf: (response) => bodies.get(response) }
}

/**
 * Reads the socket once per pull of the body. Between pulls the data stays in the kernel, at no cost to this process,
 * and without pulls the sender has to wait. A flowing socket would read once more after every pull: a wake-up and a
 * read for a part of the data that the next pull reads anyway.
 */
function readOnDemand(message: IncomingMessage): void {
  const { socket } = message
  let due: NodeJS.Immediate | undefined
  const read = () => {
    due = undefined
    if (message.destroyed) return
    // Node 26 returns one TLS record per call, older versions return everything.
    while (socket.readableLength > 0) socket.read()
    // Only a chunk header, or a part of a character: the pull has no text yet, so it reads on.
    if (message.readableLength === 0 && !message.complete) socket.read(0)
  }
  // TLS emits the records of one read one by one, with a tick after each. Without the delay the first would wake the
  // pull, and the others would wait for the next one.
  const readTogether = () => {
    due ??= setImmediate(read)
  }
  const onReadable = socket instanceof TLSSocket ? readTogether : read
  // With this listener the socket does not flow; `read` passes its data to the HTTP parser.
  socket.on('readable', onReadable)
  message.once('close', () => {
    clearImmediate(due)
    socket.off('readable', onReadable)
  })
}

/** The body is not awaited: when it is cut off or never ends, the status still makes the error. */
function bodyFor(message: IncomingMessage, status: number): ReadableStream | null {
  if (!BODYLESS.has(status)) return Readable.toWeb(message) as ReadableStream
  message.resume()
  return null
}
