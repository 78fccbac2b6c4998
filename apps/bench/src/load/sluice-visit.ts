import { randomUUID } from 'node:crypto'
import { Agent } from 'node:http'
import type { Socket } from 'node:net'
import { call } from './call.ts'
import { openEventSocket } from './event-socket.ts'
import { PositionFinder } from './position-finder.ts'
import type { OpenVisit } from './visit.ts'

/** When the page acknowledges: after this much new text, after a pause, and as a heartbeat. */
const ACK_UNITS = 4096
const ACK_IDLE_MS = 250
const ACK_HEARTBEAT_MS = 8000

/**
 * Sluice's own protocol: `chat.send`, then `runs.events` with a reader id, then acks. Every visit is a browser
 * of its own, with its own session and its own keep-alive connection for calls, so no limit per owner is met.
 */
export const openSluiceVisit: OpenVisit = ({ url, readUrl = url, prompt, tally, onDeltas, onClose }) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const runId = randomUUID()
  const readerId = randomUUID()
  const finder = new PositionFinder()
  let cookie: string | undefined
  let events: Socket | undefined
  let over = false
  let frozen = false
  let received = 0
  let acked = 0
  let ackedAt = performance.now()
  let receivedAt = ackedAt
  let inFlight = false

  async function post(at: string, procedure: string, input: unknown): Promise<void> {
    const result = await call(agent, `${at}/trpc/${procedure}`, { body: JSON.stringify(input), cookie })
    cookie ??= result.cookie
    tally.bytesIn += result.bytes
    if (result.status !== 200) throw new Error(`${procedure}: ${result.status} ${result.text}`)
  }

  async function ack(): Promise<void> {
    if (events === undefined || inFlight || over || frozen) return
    inFlight = true
    const position = received
    ackedAt = performance.now()
    try {
      await post(readUrl, 'runs.ack', { runId, readerId, position })
      acked = position
    } catch (error) {
      if (!over && !frozen) finish(error instanceof Error ? error : new Error(String(error)))
    } finally {
      inFlight = false
    }
    if (received - acked >= ACK_UNITS) void ack()
  }

  const timer = setInterval(() => {
    const now = performance.now()
    const idle = received > acked && now - receivedAt >= ACK_IDLE_MS
    if (idle || now - ackedAt >= ACK_HEARTBEAT_MS) void ack()
  }, ACK_IDLE_MS)

  function finish(error?: Error): void {
    if (over) return
    over = true
    clearInterval(timer)
    events?.destroy()
    agent.destroy()
    onClose(error)
  }

  function follow(): void {
    if (over) return
    const input = encodeURIComponent(JSON.stringify({ runId, readerId }))
    events = openEventSocket({
      url: readUrl,
      method: 'GET',
      path: `/trpc/runs.events?input=${input}`,
      headers: { accept: 'text/event-stream', ...(cookie === undefined ? {} : { cookie }) },
      onBytes: (count) => (tally.bytesIn += count),
      onBody(chunk) {
        onDeltas(tally.count(chunk))
        received = finder.find(chunk) ?? received
        receivedAt = performance.now()
        if (received - acked >= ACK_UNITS) void ack()
      },
      onClose: finish,
    })
  }

  post(url, 'chat.send', { conversationId: randomUUID(), runId, parentId: null, content: prompt }).then(
    follow,
    finish,
  )
  return {
    stop: () => void post(readUrl, 'runs.stop', { runId }).catch(finish),
    close: () => finish(),
    freeze() {
      frozen = true
      clearInterval(timer)
      events?.pause()
    },
  }
}
