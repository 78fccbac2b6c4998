import type { FastifyReply } from 'fastify'

/** An SSE response over a raw socket: one write for what is sent, and a ping when nothing was. */
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

/** Takes the response out of Fastify's hands, with the headers that were set so far. */
export function openEventStream(reply: FastifyReply, pingMs: number): EventStream {
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
    raw.write(text)
    ping.refresh()
  }
  const ping = setTimeout(() => send('event: ping\ndata: \n\n\n'), pingMs)
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
