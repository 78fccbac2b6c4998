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
  /** The body; of an event stream only what came before its first event. */
  readonly body: string
  /** Codes of the errors that a stream of events began with. */
  readonly refusals: readonly string[]
}

/** Longer than any answer may take: the server's limit for headers is 10 s. */
const PATIENCE_MS = 20_000

/** Sends one request over a new socket. Leaves a stream at its first event. @throws when no answer comes. */
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
      timeout: PATIENCE_MS,
    })
    request.on('timeout', () => request.destroy(new Error('no answer')))
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
    // Not every method is framed by default, and what is not would be read as a second request.
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
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('not closed')))
  let heard = ''
  socket.setEncoding('latin1').on('data', (piece: string) => (heard += piece))
  const failed = new Promise<never>((_resolve, reject) => {
    socket.once('error', (error: NodeJS.ErrnoException) => {
      // A server may well refuse to read on.
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
