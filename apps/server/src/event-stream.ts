import type { FastifyReply } from 'fastify'

/**
 * An SSE response over a raw socket: one write for what is sent, and a ping when nothing was. A peer that takes
 * nothing of what was written for `stallMs` has its connection reset, also after the end.
 */
export interface EventStream {
  send(text: string): void
  /** Resolves when the socket takes more, or is gone. */
  room(): Promise<void>
  end(): void
}

const HEADERS = {
  'content-type': 'text/event-stream',
  // Neither cached nor compressed on the way, nor gathered by nginx.
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  connection: 'close',
}

export interface EventStreamOptions {
  /** How long nothing is sent before a ping is, in ms. */
  readonly pingMs: number
  /** How long the peer may take nothing of what waits for it, in ms. */
  readonly stallMs: number
}

/** Takes the response out of Fastify's hands, with the headers that were set so far. */
export function openEventStream(reply: FastifyReply, { pingMs, stallMs }: EventStreamOptions): EventStream {
  reply.headers(HEADERS)
  reply.hijack()
  const { raw } = reply
  // Until the connection closes, not in chunks: a frame is then one string in one write, where a chunk is three.
  raw.removeHeader('transfer-encoding')
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) raw.setHeader(name, value)
  }
  const send = (text: string) => {
    if (raw.destroyed || raw.writableEnded) return
    if (raw.writableLength === 0) stall.refresh()
    raw.write(text, taken)
    ping.refresh()
  }
  const ping = setTimeout(() => send('event: ping\ndata: \n\n\n'), pingMs)
  const stall = setTimeout(() => {
    // A reset, because a socket that is merely closed keeps what was not read, for as long as the peer likes.
    if (raw.writableLength > 0) raw.socket?.resetAndDestroy()
  }, stallMs)
  const taken = () => stall.refresh()
  raw.once('close', () => {
    clearTimeout(ping)
    clearTimeout(stall)
  })
  return {
    send,
    room() {
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
      clearTimeout(ping)
      raw.end()
    },
  }
}
