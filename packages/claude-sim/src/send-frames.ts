import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { type Cut, type Frame, frame, PING } from './frame.ts'
import type { Ledger, RequestRecord } from './ledger.ts'

interface Pace {
  /** Tokens per second; 0: as fast as the socket drains. */
  tps: number
  /** Milliseconds to the first frame. */
  ttft: number
  /** Milliseconds of silence before a ping; 0: none. */
  ping: number
}

export interface SendOptions {
  response: ServerResponse
  ledger: Ledger
  record: RequestRecord
  pace: Pace
  /** Aborts when the peer closes. */
  signal: AbortSignal
}

/** Frames that fall due within this time go out in one write: 300 tokens a second need no 150 timers. */
const MIN_TICK_MS = 12
const MAX_WRITE_CHARS = 16_384

/**
 * Sends the opening at once and the frames at their pace. A full socket stops it until `drain`; the frames that
 * fell due meanwhile then follow at once, as from a model that went on. With `bytewise`, each byte is an HTTP
 * chunk. Rejects when the peer closes.
 */
export async function sendFrames(
  opening: string,
  frames: Iterable<Frame>,
  { response, ledger, record, pace, bytewise, signal }: SendOptions & { bytewise: boolean },
): Promise<void> {
  let lastWrite = performance.now()
  const start = lastWrite + pace.ttft
  let sent = 0
  let batch = frame('')

  await send(frame(opening))
  for (const next of frames) {
    sent += next.idle
    const due = start + (pace.tps === 0 ? 0 : (sent * 1000) / pace.tps)
    if (due > performance.now() || batch.wire.length > MAX_WRITE_CHARS) {
      await send(batch)
      batch = frame('')
      await waitUntil(due)
    }
    sent += next.tokens
    batch.wire += next.wire
    batch.tokens += next.tokens
    batch.text += next.text
    batch.thinking += next.thinking
    batch.calls.push(...next.calls)
    if (next.cut !== undefined) return cutOff(next.cut)
  }
  end('completed')

  /** Returns false when the socket is full. */
  function write({ wire, ...counts }: Frame): boolean {
    const bytes = Buffer.from(wire)
    ledger.served(record, { ...counts, bytes: bytes.length })
    if (bytes.length === 0) return true
    lastWrite = performance.now()
    if (!bytewise) return response.write(bytes)
    // Node 24 and later join the writes of one tick into one chunk, unless the socket is corked already.
    response.socket?.cork()
    for (const byte of bytes) response.write(Uint8Array.of(byte))
    response.socket?.uncork()
    return !response.writableNeedDrain
  }

  /** Gives other streams a turn, until `drain` where the socket is full. */
  async function send(next: Frame): Promise<void> {
    if (write(next)) return setImmediate(undefined, { signal })
    ledger.describe(record, { blocked: true })
    await once(response, 'drain', { signal })
    ledger.describe(record, { blocked: false })
  }

  /** Pings meanwhile. */
  async function waitUntil(due: number): Promise<void> {
    for (let now = performance.now(); now < due; now = performance.now()) {
      const pingAt = pace.ping > 0 ? lastWrite + pace.ping : Infinity
      if (now >= pingAt) await send(frame(PING))
      else {
        const delay = Math.max(MIN_TICK_MS, Math.ceil(Math.min(due, pingAt) - now))
        await setTimeout(delay, undefined, { signal })
      }
    }
  }

  /** The record is complete before the last bytes leave, so that a client that has read them finds it complete. */
  function end(outcome: 'completed' | 'faulted'): void {
    write(batch)
    ledger.end(record, outcome)
    response.end()
  }

  async function cutOff(cut: Cut): Promise<void> {
    if (cut === 'end') return end('faulted')
    write(batch)
    if (cut === 'silence') return
    if (cut === 'pings') return pace.ping > 0 ? waitUntil(Infinity) : undefined
    ledger.end(record, 'faulted')
    // The bytes written so far have to arrive. Node has corked them in this tick, and libuv reports a clean end
    // instead of a reset when the last bytes and the reset reach the reader in one poll.
    await setTimeout(MIN_TICK_MS)
    await setImmediate()
    if (cut === 'reset') response.socket?.resetAndDestroy()
    else response.socket?.destroy()
  }
}
