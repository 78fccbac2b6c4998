import { once } from 'node:events'
import http from 'node:http'
import { connect } from 'node:net'
import { createParser } from 'eventsource-parser'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string | undefined
}

export interface Answered {
  readonly status: number
  /** The body; for an event stream only the part before its first event. */
  readonly body: string
  /** Error codes at the start of an event stream. */
  readonly refusals: readonly string[]
}

/** Longer than any response may take: the server's limit for headers is 10 s. In ms. */
const RESPONSE_TIMEOUT_MS = 20_000

/** Sends one request over a new socket. Closes a stream at its first event. @throws when there is no response. */
export function exchange(url: string, { method, path, headers, body }: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const request = http.request({
      hostname,
      port,
      method,
      path,
      headers,
      agent: false,
      timeout: RESPONSE_TIMEOUT_MS,
    })
    request.on('timeout', () => request.destroy(new Error('no response')))
    request.on('error', reject)
    request.on('response', (response) => {
      const { statusCode: status = 0, headers: answered } = response
      const type = answered['content-type'] ?? ''
      let text = ''
      const refusals: string[] = []
      const end = () => {
        resolve({ status, body: text, refusals })
        request.destroy()
      }
      const parser = createParser({
        onEvent({ event, data }) {
          if (event === 'connected' || event === 'ping') return
          if (event === 'serialized-error') refusals.push(String(JSON.parse(data).data?.code))
          end()
        },
      })
      response.setEncoding('utf8').on('data', (piece: string) => {
        if (type.startsWith('text/event-stream')) parser.feed(piece)
        else text += piece
      })
      response.on('error', reject)
      response.on('end', end)
    })
    // Node does not frame bodies of all methods by default. The server would read those as a second request.
    if (body !== undefined && !request.hasHeader('transfer-encoding')) {
      request.setHeader('content-length', Buffer.byteLength(body))
    }
    request.end(body)
  })
}

/** Writes the bytes, half-closes, and resolves to what the server sends before it closes. */
export async function speak(url: string, bytes: Uint8Array): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
  socket.setTimeout(RESPONSE_TIMEOUT_MS, () => socket.destroy(new Error('not closed')))
  let heard = ''
  socket.setEncoding('latin1').on('data', (piece: string) => (heard += piece))
  const failed = new Promise<never>((_resolve, reject) => {
    socket.once('error', (error: NodeJS.ErrnoException) => {
      // The server may stop reading.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error)
    })
  })
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await Promise.race([once(socket, 'connect'), failed])
  socket.end(bytes)
  socket.once('end', () => socket.destroy())
  await Promise.race([closed, failed])
  return heard
}
