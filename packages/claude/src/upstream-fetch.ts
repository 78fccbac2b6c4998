import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { addAbortSignal, Readable } from 'node:stream'
import { TLSSocket } from 'node:tls'

/** Bytes. Nothing is read ahead of a pull, but what follows the first one. */
const HIGH_WATER_MARK = 0

/** ms. How long an idle connection is kept, unless the server says less. */
const KEEP_ALIVE_MS = 4000

/** Statuses that `Response` lets have no body. */
const BODYLESS: ReadonlySet<number> = new Set([204, 205, 304])

export interface UpstreamFetch {
  readonly fetch: typeof fetch
  /** The body of a successful response of this `fetch`, unread; the response itself has none. */
  readonly bodyOf: (response: Response) => Readable | undefined
}

/**
 * A `fetch` for the SDK whose answers come as Node streams, which cost less to read than web streams do. Does what
 * the SDK asks of it, and no more: a string for a body, no redirects, no compression. An answer that is no success
 * has its body as usual, for the SDK to make an error of.
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
    // The request closes its socket in its own time; what is buffered must not be read after an abort.
    if (init.signal) addAbortSignal(init.signal, message)
    readOnDemand(message)
    bodies.set(response, message)
    return response
  }
  return { fetch: upstreamFetch, bodyOf: (response) => bodies.get(response) }
}

/**
 * Reads the socket once for each pull of the body. What comes in between is gathered by the kernel, at no cost to
 * us, and when nobody pulls the sender is held up. Left to flow, a socket reads once more after every pull, for
 * whatever comes first: that is a wake-up of the process, and a read, for a piece of what the next pull is for.
 */
function readOnDemand(message: IncomingMessage): void {
  const { socket } = message
  let due: NodeJS.Immediate | undefined
  const read = () => {
    due = undefined
    if (message.destroyed) return
    // Node 26 gives one TLS record a call, older versions all there is.
    while (socket.readableLength > 0) socket.read()
    // The frame of a chunk alone, or the first byte of a character: the pull still has nothing, so it goes on.
    if (message.readableLength === 0 && !message.complete) socket.read(0)
  }
  // TLS hands over what it decrypts of one read record by record, with a tick after each. Taken at once, the first
  // would wake the pull, and the others would wait for the next one.
  const readTogether = () => {
    due ??= setImmediate(read)
  }
  const onReadable = socket instanceof TLSSocket ? readTogether : read
  // With this listener the socket no longer flows; `read` hands what there is to the HTTP parser.
  socket.on('readable', onReadable)
  message.once('close', () => {
    clearImmediate(due)
    socket.off('readable', onReadable)
  })
}

/** Not awaited: an error whose body is cut, or never ends, is the error that its status says. */
function bodyFor(message: IncomingMessage, status: number): ReadableStream | null {
  if (!BODYLESS.has(status)) return Readable.toWeb(message) as ReadableStream
  message.resume()
  return null
}
