import { openEventSocket } from './event-socket.ts'
import type { OpenVisit, Visit, VisitOptions } from './visit.ts'

/** One POST whose response is the answer. To stop it, the connection is closed. */
export const openChatVisit: OpenVisit = (options) =>
  openPlainVisit(options, { method: 'POST', path: '/chat', body: JSON.stringify({ prompt: options.prompt }) })

/** A tRPC subscription over SSE, as `EventSource` asks for it. */
export const openTrpcVisit: OpenVisit = (options) => {
  const input = encodeURIComponent(JSON.stringify({ prompt: options.prompt }))
  return openPlainVisit(options, {
    method: 'GET',
    path: `/chat?input=${input}`,
    headers: { accept: 'text/event-stream' },
  })
}

function openPlainVisit(
  { url, tally, onDeltas, onClose }: VisitOptions,
  request: { method: 'GET' | 'POST'; path: string; body?: string; headers?: Record<string, string> },
): Visit {
  const socket = openEventSocket({
    url,
    ...request,
    onBytes: (count) => (tally.bytesIn += count),
    onBody: (chunk) => onDeltas(tally.count(chunk)),
    onClose,
  })
  const close = () => void socket.destroy()
  return { stop: close, close, freeze: () => void socket.pause() }
}
