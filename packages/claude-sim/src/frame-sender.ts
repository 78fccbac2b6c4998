import type { ServerResponse } from 'node:http'
import { type Cut, type Frame, PING } from './frame.ts'
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
  /** Sent at once. */
  opening: string
  frames: Iterator<Frame, void, undefined>
  pace: Pace
  /** One HTTP chunk per byte. */
  bytewise: boolean
}

/** Frames that fall due within one tick go out in one write: 300 tokens a second need no 150 timers. */
const MIN_TICK_MS = 12
const MAX_WRITE_CHARS = 16_384

/**
 * Sends frames at their pace, with one timer at most. A full socket stops it until `drain`; what fell due
 * meanwhile then follows at once, as from a model that went on. The peer's close stops it for good.
 */
export class FrameSender {
  readonly #options: SendOptions
  readonly #startAt: number
  #next: IteratorResult<Frame, void> | undefined
  #sent = 0
  #lastTick = 0
  #lastWrite: number
  #onlyPings = false
  #closed = false
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined

  constructor(options: SendOptions) {
    this.#options = options
    this.#lastWrite = performance.now()
    this.#startAt = this.#lastWrite + options.pace.ttft
  }

  start(): void {
    const { response, opening } = this.#options
    response.once('close', this.#stop)
    this.#write({ wire: opening, tokens: 0, text: '', thinking: '', cut: undefined }, this.#tick)
  }

  readonly #stop = () => {
    this.#closed = true
    clearTimeout(this.#timer)
    clearImmediate(this.#immediate)
    this.#options.response.off('drain', this.#drained)
  }

  readonly #drained = () => {
    this.#options.ledger.describe(this.#options.record, { blocked: false })
    this.#tick()
  }

  readonly #tick = () => {
    if (this.#closed) return
    const now = performance.now()
    this.#lastTick = now
    const batch = this.#takeDue(now)
    const last = this.#onlyPings ? undefined : this.#peek()
    if (batch.wire === '' && this.#pingIsDue(now)) batch.wire = PING
    if (batch.cut !== undefined) this.#cut(batch, batch.cut)
    else if (last?.done === true) this.#finish(batch)
    else this.#write(batch, this.#schedule)
  }

  #peek(): IteratorResult<Frame, void> {
    this.#next ??= this.#options.frames.next()
    return this.#next
  }

  /** Everything due by now, joined, up to one write or a cut. */
  #takeDue(now: number): Frame {
    const batch: Frame = { wire: '', tokens: 0, text: '', thinking: '', cut: undefined }
    while (!this.#onlyPings && batch.cut === undefined && batch.wire.length < MAX_WRITE_CHARS) {
      const next = this.#peek()
      if (next.done === true || this.#dueAt() > now) break
      this.#next = undefined
      batch.wire += next.value.wire
      batch.tokens += next.value.tokens
      batch.text += next.value.text
      batch.thinking += next.value.thinking
      batch.cut = next.value.cut
      this.#sent += next.value.tokens
    }
    return batch
  }

  #dueAt(): number {
    const { tps } = this.#options.pace
    return this.#startAt + (tps === 0 ? 0 : (this.#sent * 1000) / tps)
  }

  #pingIsDue(now: number): boolean {
    const { ping } = this.#options.pace
    return ping > 0 && now - this.#lastWrite >= ping
  }

  /** Writes if there is anything to write, then calls `next`: now, or once the socket has drained. */
  #write(batch: Frame, next: () => void): void {
    const { response, ledger, record, bytewise } = this.#options
    if (batch.wire === '' && batch.tokens === 0) return next()
    let writable = true
    const bytes = Buffer.from(batch.wire)
    if (bytewise) {
      // Node 24 and later join the writes of one tick into one chunk, unless the socket is corked already.
      response.socket?.cork()
      for (const byte of bytes) writable = response.write(Uint8Array.of(byte))
      response.socket?.uncork()
    } else if (bytes.length > 0) writable = response.write(bytes)
    if (bytes.length > 0) this.#lastWrite = performance.now()
    ledger.served(record, { ...batch, bytes: bytes.length })
    if (writable) return next()
    ledger.describe(record, { blocked: true })
    response.once('drain', this.#drained)
  }

  readonly #schedule = () => {
    const now = performance.now()
    const { ping } = this.#options.pace
    const pingAt = ping > 0 ? this.#lastWrite + ping : Infinity
    const frameAt = this.#onlyPings ? Infinity : this.#dueAt()
    if (frameAt <= now && this.#options.pace.tps === 0) {
      this.#immediate = setImmediate(this.#tick)
      return
    }
    const wakeAt = Math.min(pingAt, Math.max(frameAt, this.#lastTick + MIN_TICK_MS))
    if (wakeAt !== Infinity) this.#timer = setTimeout(this.#tick, Math.ceil(Math.max(0, wakeAt - now)))
  }

  /** The record is complete before the last bytes leave, so whoever has read them finds it so. */
  #finish(batch: Frame, outcome: 'completed' | 'faulted' = 'completed'): void {
    const { response, ledger, record } = this.#options
    this.#writeLast(batch)
    ledger.end(record, outcome)
    response.end()
  }

  #writeLast(batch: Frame): void {
    this.#write(batch, () => {})
    this.#stop()
  }

  #cut(batch: Frame, cut: Cut): void {
    const { ledger, record } = this.#options
    switch (cut) {
      case 'end':
        this.#finish(batch, 'faulted')
        return
      case 'reset':
      case 'drop':
        this.#writeLast(batch)
        ledger.end(record, 'faulted')
        // What was written was promised to arrive. Node has corked it in this tick, and libuv tells a reader
        // of a clean end, not of a reset, when the last bytes and the reset reach it in one poll.
        setTimeout(() => setImmediate(() => this.#sever(cut)), MIN_TICK_MS)
        return
      case 'silence':
        this.#writeLast(batch)
        return
      case 'pings':
        this.#onlyPings = true
        this.#write(batch, this.#schedule)
        return
      default:
        cut satisfies never
    }
  }

  #sever(cut: 'reset' | 'drop'): void {
    const { socket } = this.#options.response
    if (cut === 'reset') socket?.resetAndDestroy()
    else socket?.destroy()
  }
}
