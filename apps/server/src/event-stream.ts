import type { FastifyReply } from 'fastify'

/**
 * An SSE response over a raw socket: one write for what is sent, and pings. A peer that takes nothing of what waits
 * for it for `stallMs` has its connection reset, also after the end.
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
  /** The time between two pings, in ms. */
  readonly pingMs: number
  /** How long the peer may take nothing of what waits for it, in ms: at least that long, and two pings more at most. */
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
    if (raw.destroyed || ended) return
    raw.write(text)
  }
  const tickMs = Math.min(pingMs, stallMs)
  let ended = false
  let taken = 0
  let stalledMs = 0
  // One timer for all, and nothing to do for a frame.
  const ticks = setInterval(() => {
    const { bytesWritten = 0, writableLength = 0 } = raw.socket ?? {}
    const before = taken
    taken = bytesWritten - writableLength
    const waits = writableLength > 0 || ended
    stalledMs = waits && taken === before ? stalledMs + tickMs : 0
    // A reset, because the kernel keeps what was not read of a socket that is merely closed, for minutes.
    if (stalledMs >= stallMs) raw.socket?.resetAndDestroy()
    else send('event: ping\ndata: \n\n\n')
  }, tickMs)
  raw.once('close', () => clearInterval(ticks))
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
      ended = true
      // Only our half: the socket stays ours until the peer has read to the end and closed, or is reset.
      raw.socket?.end()
    },
  }
}
