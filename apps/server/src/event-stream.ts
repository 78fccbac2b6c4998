import type { FastifyReply } from 'fastify'

/**
 * An SSE response on a raw socket: each `send` is one write, and pings are sent in between. When the client reads
 * nothing of what was written for `stallMs`, its connection is reset, also after `end`.
 */
export interface EventStream {
  send(text: string): void
  /** Resolves when the socket's buffer has drained, or the connection is closed. */
  drained(): Promise<void>
  end(): void
}

const HEADERS = {
  'content-type': 'text/event-stream',
  // No cache, no compression, no buffering by nginx.
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  connection: 'close',
}

export interface EventStreamOptions {
  /** Time between two pings, in ms. */
  readonly pingMs: number
  /** How long the client may read nothing of what was written, in ms. The reset may be up to two pings late. */
  readonly stallMs: number
}

/** Takes the response over from Fastify, with the headers that were set so far. */
export function openEventStream(reply: FastifyReply, { pingMs, stallMs }: EventStreamOptions): EventStream {
  reply.headers(HEADERS)
  reply.hijack()
  const { raw } = reply
  // The body ends with the connection and is not chunked: a frame is then one write, a chunk would be three.
  raw.removeHeader('transfer-encoding')
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) raw.setHeader(name, value)
  }
  const send = (text: string) => {
    if (raw.destroyed || ended) return
    raw.write(text)
  }
  const tickMs = Math.min(pingMs, stallMs)
  let ended = false
  let readByClient = 0
  let stalledMs = 0
  // One timer for pings and stalls, so that a frame touches none.
  const ticks = setInterval(() => {
    const { bytesWritten = 0, writableLength = 0 } = raw.socket ?? {}
    const before = readByClient
    readByClient = bytesWritten - writableLength
    const isWaiting = writableLength > 0 || ended
    stalledMs = isWaiting && readByClient === before ? stalledMs + tickMs : 0
    // A reset, because after a normal close the kernel keeps unread data for minutes.
    if (stalledMs >= stallMs) raw.socket?.resetAndDestroy()
    else send('event: ping\ndata: \n\n\n')
  }, tickMs)
  raw.once('close', () => clearInterval(ticks))
  return {
    send,
    drained() {
      if (!raw.writableNeedDrain || raw.destroyed) return Promise.resolve()
      return new Promise((resolve) => {
        const done = () => {
          raw.off('drain', done)
          raw.off('close', done)
          resolve()
        }
        raw.once('drain', done)
        raw.once('close', done)
      })
    },
    end() {
      ended = true
      // Closes our half only. The timer goes on until the client has read everything and closed, or is reset.
      raw.socket?.end()
    },
  }
}
